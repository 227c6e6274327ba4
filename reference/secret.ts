import { readWholeFile } from './dispatch/files.ts'
import type { Clock } from './ports/clock.ts'
import type { FileSystem } from './ports/file-system.ts'

/** A password or token: itself, or the file it stands in. */
export type SecretConfig =
  | { readonly value: string; readonly file: null }
  | { readonly value: null; readonly file: string }

/** As two keys of the configuration say it: the file goes before the value. Null where neither is set. */
export function secretOf(value: string | null, file: string | null): SecretConfig | null {
  if (file !== null) return { value: null, file }
  return value === null ? null : { value, file: null }
}

/** A password or token. One in a file is read again once in a while, because whoever put it there may replace it. */
export class Secret {
  readonly #config: SecretConfig
  readonly #clock: Clock
  readonly #fileSystem: FileSystem
  #read: { readonly value: string; readonly atMs: number } | null = null

  constructor(config: SecretConfig, { clock, fileSystem }: { clock: Clock; fileSystem: FileSystem }) {
    this.#config = config
    this.#clock = clock
    this.#fileSystem = fileSystem
  }

  /** Without the white space around it. @throws Error naming the file when it cannot be read */
  async value(): Promise<string> {
    if (this.#config.file === null) return this.#config.value
    const nowMs = this.#clock.monotonic()
    if (this.#read !== null && nowMs - this.#read.atMs < KEPT_MS) return this.#read.value
    const text = await readWholeFile(this.#fileSystem, this.#config.file)
    if (text === null) throw new Error(`Cannot read the secret ${this.#config.file}: there is no such file`)
    this.#read = { value: text.trim(), atMs: nowMs }
    return this.#read.value
  }

  /** It was not accepted: the file is read again the next time. */
  doubt(): void {
    this.#read = null
  }
}

const KEPT_MS = 60_000
