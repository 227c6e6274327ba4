import { open, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { LineDelays } from './line-delays.ts'
import { filesOf, type AuditedOutput } from './output-audit.ts'

/** Looks at a subject's output while it grows, ten times a second: when each line came is known to a tenth of a second. Dispose to look away. */
export class OutputWatch implements AsyncDisposable {
  readonly delays: LineDelays = new LineDelays()
  readonly #output: AuditedOutput
  /** How far each file was read, and the line that was not whole. */
  readonly #files = new Map<string, { offset: number; rest: string }>()
  readonly #ended = new AbortController()
  readonly #looking: Promise<void>

  constructor(output: AuditedOutput) {
    this.#output = output
    this.#looking = this.#look()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort()
    await this.#looking
  }

  async #look(): Promise<void> {
    const { signal } = this.#ended
    while (!signal.aborted) {
      // oxlint-disable no-await-in-loop -- one look after the other
      for (const file of await filesOf(this.#output)) await this.#readNew(file)
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined)
      // oxlint-enable no-await-in-loop
    }
  }

  async #readNew(file: string): Promise<void> {
    const known = this.#files.get(file) ?? { offset: 0, rest: '' }
    const size = await stat(file).then(
      (stats) => stats.size,
      () => 0,
    )
    // A file that is shorter than before was cut, or is another.
    const from = size < known.offset ? 0 : known.offset
    if (size === from) return
    const text = (from === 0 ? '' : known.rest) + (await readRange(file, from, size))
    const whole = text.lastIndexOf('\n') + 1
    this.#files.set(file, { offset: size, rest: text.slice(whole) })
    this.#note(text.slice(0, whole))
  }

  #note(text: string): void {
    const now = Date.now()
    for (const { groups } of text.matchAll(this.#output.pattern)) {
      const { container, line } = groups ?? {}
      if (container !== undefined && line !== undefined) this.delays.saw(container, Number(line), now)
    }
  }
}

/** Empty where the file is gone meanwhile. */
async function readRange(file: string, from: number, to: number): Promise<string> {
  try {
    await using handle = await open(file)
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(to - from), position: from })
    return buffer.subarray(0, bytesRead).toString('latin1')
  } catch {
    return ''
  }
}

const EVERY_MS = 100
