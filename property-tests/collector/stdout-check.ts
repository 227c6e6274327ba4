import { z } from 'zod'
import {
  OutputCheck,
  type SimulatedContainer,
  type SimulatedEngine,
  type SkippedLines,
} from '../../simulators/index.ts'

/** What the collector writes to standard output, over all its processes: JSON, a record per line. A crash may have records repeated that came last. */
export class StdoutCheck {
  readonly #engine: SimulatedEngine
  readonly #onSkipped: (lines: SkippedLines) => void
  readonly #checks = new Map<string, OutputCheck>()
  /** Containers of which nothing came since the last crash. */
  readonly #mayRepeat = new Set<string>()
  #found: string | undefined

  constructor(engine: SimulatedEngine, onSkipped: (lines: SkippedLines) => void) {
    this.#engine = engine
    this.#onSkipped = onSkipped
  }

  /** A sentence; undefined while everything is right. */
  get found(): string | undefined {
    return this.#found
  }

  of(container: SimulatedContainer): OutputCheck {
    const known = this.#checks.get(container.id)
    if (known !== undefined) return known
    const check = new OutputCheck(container, this.#onSkipped)
    this.#checks.set(container.id, check)
    return check
  }

  /** Whole records were written. */
  take(bytes: Uint8Array): void {
    const text = Buffer.from(bytes).toString()
    for (const record of text.split('\n').slice(0, -1)) this.#takeRecord(RECORD.parse(JSON.parse(record)))
  }

  /** The process was killed: what it had not committed may come again. */
  crashed(): void {
    for (const id of this.#checks.keys()) this.#mayRepeat.add(id)
  }

  #takeRecord({ container_id: id, line }: z.infer<typeof RECORD>): void {
    const check = this.of(this.#engine.container(id))
    const bytes = Buffer.from(`${line}\n`)
    if (this.#mayRepeat.delete(id)) check.resumeAt(bytes)
    const wrong = check.take(bytes)
    if (wrong !== undefined) this.#found ??= `standard output ${wrong}`
  }
}

const RECORD = z.object({ container_id: z.string(), line: z.string() })
