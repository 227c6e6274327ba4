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
  /** By container: what its last record calls it. */
  readonly #names = new Map<string, string>()
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

  /** What the last record calls a container. */
  lastNameOf({ id }: SimulatedContainer): string | undefined {
    return this.#names.get(id)
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

  #takeRecord({ container_id: id, container_name: name, stream, line }: z.infer<typeof RECORD>): void {
    const container = this.#engine.container(id)
    this.#names.set(container.id, name)
    const check = this.of(container)
    const bytes = Buffer.from(`${line}\n`)
    if (this.#mayRepeat.delete(id)) check.resumeAt(bytes)
    const { reached } = check
    const wrong = check.take(bytes)
    if (wrong !== undefined) this.#found ??= `standard output ${wrong}`
    // Of one that was begun only the record that ends it says more.
    if (check.reached === reached) return
    const expected = STREAMS[container.expected.line(check.reached - 1).stream]
    if (stream !== expected)
      this.#found ??= `standard output has a line of ${container.name} as of ${stream}, and it is of ${expected}`
  }
}

const RECORD = z.object({
  container_id: z.string(),
  container_name: z.string(),
  stream: z.enum(['stdout', 'stderr']),
  line: z.string(),
})
/** By number. */
const STREAMS = ['stdin', 'stdout', 'stderr'] as const
