import type { SimulatedEngine } from '../engine/simulated-engine.ts'

/** What happens to the file an engine keeps a container's log in, behind the engine's back. */
export interface StoredLogs {
  /** A record becomes NULs. @param back which, counted from the last one, which is 1 */
  spoil(reference: string, back: number): Promise<void>
  /** The file is emptied. */
  empty(reference: string): Promise<void>
}

/** Those of a simulated engine. */
export function simulatedStoredLogs(engine: SimulatedEngine): StoredLogs {
  return {
    spoil: (reference, back) => {
      engine.container(reference).log.spoil(back)
      return Promise.resolve()
    },
    empty: (reference) => {
      engine.container(reference).log.empty()
      return Promise.resolve()
    },
  }
}
