import { Listeners } from './listeners.ts'

/**
 * - `away`: connections break and new ones are refused
 * - `hung`: connections stand, and nothing is answered, sent or ended
 * - `refusing`: connections stand and go on, and new ones are refused
 */
export type Outage = 'away' | 'hung' | 'refusing'
export type EngineAvailability = 'up' | Outage

/** Whether an engine is there, and who wants to know. Of several outages at a time the worst prevails. */
export class Availability {
  readonly #outages = new Set<{ readonly kind: Outage }>()
  readonly #listeners = new Listeners()

  #current: EngineAvailability = 'up'

  /** Asked at every delivery of every stream: kept, not found anew. */
  get current(): EngineAvailability {
    return this.#current
  }

  /** An outage, until what is returned is disposed. */
  begin(kind: Outage): Disposable {
    const outage = { kind }
    this.#outages.add(outage)
    this.#changed()
    return {
      [Symbol.dispose]: () => {
        if (this.#outages.delete(outage)) this.#changed()
      },
    }
  }

  /** Ends every outage. */
  comeBack(): void {
    this.#outages.clear()
    this.#changed()
  }

  onChange(listener: () => void): Disposable {
    return this.#listeners.add(listener)
  }

  /** Tells everyone to look again. */
  tell(): void {
    this.#listeners.tell()
  }

  #changed(): void {
    const kinds = new Set([...this.#outages].map(({ kind }) => kind))
    this.#current = WORST_FIRST.find((kind) => kinds.has(kind)) ?? 'up'
    this.tell()
  }
}

const WORST_FIRST: readonly Outage[] = ['away', 'hung', 'refusing']
