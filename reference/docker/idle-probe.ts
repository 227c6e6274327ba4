import type { ContainerMonitorConfig } from '../config/config.ts'
import { DeadlineError, withDeadline } from '../lifecycle/deadline.ts'
import type { Clock } from '../ports/clock.ts'
import type { DockerEngine, LogStream } from '../ports/docker-engine.ts'
import type { Beyond, ContainerReader } from './reading/container-reader.ts'

export interface ProbeContext {
  readonly clock: Clock
  readonly engine: DockerEngine
  readonly config: ContainerMonitorConfig
}

/**
 * Asks cheaply whether the engine has stored anything beyond the reader's cursor: the last message, without follow. Takes at most the open and the
 * read deadline. It is 'unclear' where the engine opens the log and does not go on to answer, as some do when the log was emptied from outside.
 * Rejects with an EngineError or DeadlineError when the log cannot be opened, with `signal.reason` on abort.
 */
export async function anythingBeyond(
  { clock, config, engine }: ProbeContext,
  id: string,
  reader: ContainerReader,
  signal: AbortSignal,
): Promise<Beyond> {
  const stream = await withDeadline(
    clock,
    'asking for the last message',
    config.openTimeoutMs,
    signal,
    (own) => engine.openLogs(id, { follow: false, tail: 1, signal: own }),
    (late) => late.destroy(),
  )
  const read = (own: AbortSignal): Promise<Uint8Array[]> => readAll(stream, own)
  try {
    return reader.look(await withDeadline(clock, 'reading it', config.readTimeoutMs, signal, read))
  } catch (error) {
    if (error instanceof DeadlineError) return 'unclear'
    throw error
  } finally {
    stream.destroy()
  }
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
