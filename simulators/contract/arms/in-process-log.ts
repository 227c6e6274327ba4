import type { LogStream } from '../../../reference/ports/index.ts'
import type { SimulatedDockerEngine } from '../../engine/client/simulated-docker-engine.ts'
import type { SimulatedEngine } from '../../engine/simulated-engine.ts'
import type { Following, LogOptions } from '../arm.ts'
import { FrameReader } from '../frame-reader.ts'
import { LogSeen } from '../log-seen.ts'
import { withoutStamps } from '../stamps.ts'

export interface InProcessSource {
  readonly engine: SimulatedEngine
  /** The collector's port. */
  readonly client: SimulatedDockerEngine
}

/**
 * Reads a log in the background: through the collector's port, or, since that always asks for both streams, with stamps and for nothing but `tail`,
 * otherwise from the engine itself.
 * @throws EngineError when it is refused
 */
export async function followInProcess(
  { engine, client }: InProcessSource,
  reference: string,
  follow: boolean,
  options: LogOptions,
): Promise<Following<LogSeen>> {
  const { signal } = new AbortController()
  const { id, tty } = await client.inspectContainer(reference, { signal })
  const reader = new FrameReader(tty)
  const tail = typeof options.tail === 'number' ? options.tail : Infinity
  if (!isForPort(options)) return fromEngine(engine, id, reader, { ...options, follow, tail })
  const stream = await client.openLogs(id, { follow, ...(tail !== Infinity && { tail }), signal })
  return fromPort(stream, reader, options.timestamps === true)
}

function isForPort({ stdout = true, stderr = true, since, until }: LogOptions): boolean {
  return stdout && stderr && since === undefined && until === undefined
}

function fromPort(stream: LogStream, reader: FrameReader, timestamps: boolean): Following<LogSeen> {
  const reading = new AbortController()
  let ended = false
  const read = async (): Promise<void> => {
    for (let piece = await stream.read(reading); piece !== null;) {
      reader.add(piece)
      // oxlint-disable-next-line no-await-in-loop -- pieces come one after the other
      piece = await stream.read(reading)
    }
    ended = true
  }
  void read()
    .catch((error: unknown) => {
      if (!reading.signal.aborted) throw error
    })
    .finally(() => stream.destroy())
  return {
    get seen() {
      return timestamps ? reader.seen : withoutStamps(reader.seen)
    },
    get ended() {
      return ended
    },
    close: () => reading.abort(),
  }
}

function fromEngine(
  engine: SimulatedEngine,
  id: string,
  reader: FrameReader,
  { follow, tail, ...options }: LogOptions & { readonly follow: boolean; readonly tail: number },
): Following<LogSeen> {
  const { stdout = true, stderr = true, timestamps = false, since = null, until = null } = options
  const wire = engine.openLog(id, { follow, tail, selection: { stdout, stderr, timestamps, since, until } })
  let ended = false
  wire.onChange = () => {
    while (wire.state === 'ready') reader.add(wire.take())
    ended ||= wire.state === 'ended'
    if (ended) wire.close()
  }
  wire.onChange()
  return {
    get seen() {
      return reader.seen
    },
    get ended() {
      return ended
    },
    close: () => wire.close(),
  }
}
