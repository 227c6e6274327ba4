import type { ContainerMonitorConfig } from '../config/config.ts'
import { withDeadline } from '../lifecycle/deadline.ts'
import type { Clock } from '../ports/clock.ts'
import type { DockerEngine, LogStream } from '../ports/docker-engine.ts'
import type { Beyond, ContainerReader } from './reading/container-reader.ts'

export interface ProbeContext {
  readonly clock: Clock
  readonly engine: DockerEngine
  readonly config: ContainerMonitorConfig
}

/**
 * Asks cheaply whether the engine has stored anything beyond the reader's cursor: the last message, without follow. Takes at most the open
 * deadline; rejects with an EngineError or DeadlineError when the engine does not answer, with `signal.reason` on abort.
 */
export async function anythingBeyond(
  context: ProbeContext,
  id: string,
  reader: ContainerReader,
  signal: AbortSignal,
): Promise<Beyond> {
  const { clock, config, engine } = context
  return await withDeadline(
    clock,
    'asking for the last message',
    config.openTimeoutMs,
    signal,
    async (own) => {
      const stream = await engine.openLogs(id, { follow: false, tail: 1, signal: own })
      try {
        return reader.look(await readAll(stream, own))
      } finally {
        stream.destroy()
      }
    },
  )
}

async function readAll(stream: LogStream, signal: AbortSignal): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for (;;) {
    // eslint-disable-next-line no-await-in-loop -- a stream is read in order
    const chunk = await stream.read({ signal })
    if (chunk === null) return chunks
    chunks.push(chunk)
  }
}
