import type { DeadLettersConfig } from '../../config/config.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import type { Logger } from '../../ports/logger.ts'
import { letterDirectory, sinksWithLetters } from './letter-files.ts'
import { LetterStore } from './letter-store.ts'

export interface DeadLettersOptions {
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly metrics: Metrics
  readonly stateDir: string
  readonly config: DeadLettersConfig
}

/** The dead letters of every sink. */
export class DeadLetters {
  #config: DeadLettersConfig
  readonly #options: DeadLettersOptions
  readonly #stores = new Map<string, LetterStore>()

  constructor(options: DeadLettersOptions) {
    this.#config = options.config
    this.#options = options
    options.metrics.mirrorDeadLetters(() => this.#stores)
  }

  get config(): DeadLettersConfig {
    return this.#config
  }

  /** Other settings from now on. */
  reconfigure(config: DeadLettersConfig): void {
    this.#config = config
    for (const store of this.#stores.values()) store.limit(config)
  }

  of(sink: string): LetterStore {
    let store = this.#stores.get(sink)
    if (store === undefined) this.#stores.set(sink, (store = this.#newStore(sink)))
    return store
  }

  /** Takes up what an earlier process left. */
  async open(): Promise<void> {
    const { fileSystem, stateDir } = this.#options
    for (const sink of await sinksWithLetters(fileSystem, stateDir)) {
      // eslint-disable-next-line no-await-in-loop -- few, once
      await this.#stores.get(sink)?.openExisting()
    }
  }

  /** Gives every descriptor back. */
  async close(): Promise<void> {
    await Promise.all([...this.#stores.values()].map((store) => store.close()))
  }

  #newStore(sink: string): LetterStore {
    const { fileSystem, logger, metrics, stateDir } = this.#options
    const { bytesMax, whenFull } = this.#config
    return new LetterStore({
      fileSystem,
      logger,
      sink,
      directory: letterDirectory(stateDir, sink),
      bytesMax,
      whenFull,
      onDropped: (records) => metrics.dropped(sink, 'dead_letters_full', records),
    })
  }
}
