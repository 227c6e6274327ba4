import type { CollectorConfig } from './config.ts'

/** Sections that parts hold on to, and read again and again. */
const SECTIONS = ['containerMonitor', 'fileMonitor', 'dispatcher'] as const

/**
 * A configuration that may become another one while it is used. Its sections for monitors and for the dispatcher stay the same objects, and their keys change in place;
 * what a key of them holds, such as `streamRotation`, is never changed but replaced: who took it keeps what it took.
 */
export class LiveConfig {
  #current: CollectorConfig
  readonly #sections: Pick<CollectorConfig, (typeof SECTIONS)[number]>

  constructor(config: CollectorConfig) {
    this.#current = config
    this.#sections = {
      containerMonitor: { ...config.containerMonitor },
      fileMonitor: { ...config.fileMonitor },
      dispatcher: { ...config.dispatcher },
    }
  }

  /** As it is now. It never changes. */
  get current(): CollectorConfig {
    return this.#current
  }

  get containerMonitor(): CollectorConfig['containerMonitor'] {
    return this.#sections.containerMonitor
  }

  get fileMonitor(): CollectorConfig['fileMonitor'] {
    return this.#sections.fileMonitor
  }

  get dispatcher(): CollectorConfig['dispatcher'] {
    return this.#sections.dispatcher
  }

  become(next: CollectorConfig): void {
    this.#current = next
    for (const name of SECTIONS) Object.assign(this.#sections[name], next[name])
  }
}
