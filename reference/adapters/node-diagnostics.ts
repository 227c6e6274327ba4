import { Session } from 'node:inspector/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { getHeapSnapshot } from 'node:v8'
import type { Diagnostics } from '../ports/diagnostics.ts'

/** Of this process, by V8. */
export class NodeDiagnostics implements Diagnostics {
  heapSnapshot(): AsyncIterable<Uint8Array> {
    return getHeapSnapshot()
  }

  async cpuProfile(ms: number, { signal }: { signal: AbortSignal }): Promise<string> {
    const session = new Session()
    session.connect()
    try {
      await session.post('Profiler.enable')
      await session.post('Profiler.start')
      await sleep(ms, undefined, { signal })
      const { profile } = await session.post('Profiler.stop')
      return JSON.stringify(profile)
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      session.disconnect()
    }
  }
}
