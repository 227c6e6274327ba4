import { onAbort } from '../../reference/lifecycle/abort.ts'
import type { DockerEngine, LogStream, OpenLogsOptions } from '../../reference/ports/index.ts'

/**
 * An engine whose answers cross with what gives them up: an opening that is late is answered when its signal is aborted, and then the stream is open
 * although nobody waits for it any more. A client that gives up cannot prevent it.
 */
export class LateAnswers {
  /** Containers whose next opening is answered late, and whether only one that follows is meant. */
  readonly #next = new Map<string, boolean>()
  /** Streams that are open, and whose opening is not answered. */
  readonly #unanswered = new Set<LogStream>()
  /** Told of each answer that came too late. */
  readonly #onLate: () => void
  /** Told of each opening as it is asked for. What it returns is called when the stream is given back. */
  readonly #onOpening: (id: string, options: OpenLogsOptions) => () => void

  constructor(onLate: () => void, onOpening: (id: string, options: OpenLogsOptions) => () => void) {
    this.#onLate = onLate
    this.#onOpening = onOpening
  }

  /** The next opening of the container's log, or the next one that follows it, is answered only when it is given up. @param id the whole id */
  next(id: string, { follow }: { readonly follow: boolean }): void {
    this.#next.set(id, follow)
  }

  /** No opening is late from now on. Those that are under way stay so. */
  end(): void {
    this.#next.clear()
  }

  /** Streams of the current process that are open without its knowledge. */
  get unanswered(): number {
    return this.#unanswered.size
  }

  /** The engine as a process sees it that begins now. */
  of(engine: DockerEngine): DockerEngine {
    this.#unanswered.clear()
    return {
      info: (options) => engine.info(options),
      listContainers: (options) => engine.listContainers(options),
      inspectContainer: (id, options) => engine.inspectContainer(id, options),
      openEvents: (options) => engine.openEvents(options),
      openLogs: async (id, options) => {
        const onDestroy = this.#onOpening(id, options)
        if (this.#takes(id, options)) return await this.#openLate(engine, id, options)
        return telling(await engine.openLogs(id, options), onDestroy)
      },
      close: () => engine.close(),
    }
  }

  #takes(id: string, { follow }: OpenLogsOptions): boolean {
    const onlyFollow = this.#next.get(id)
    if (onlyFollow === undefined || (onlyFollow && !follow)) return false
    return this.#next.delete(id)
  }

  async #openLate(engine: DockerEngine, id: string, options: OpenLogsOptions): Promise<LogStream> {
    const { signal } = options
    const own = new AbortController()
    const link = onAbort(signal, () => own.abort(signal.reason))
    const stream = await engine.openLogs(id, { ...options, signal: own.signal })
    // From here on it is open, whatever becomes of who asked.
    link[Symbol.dispose]()
    const { promise, resolve } = Promise.withResolvers<void>()
    using _ = onAbort(signal, resolve)
    if (options.follow) this.#unanswered.add(stream)
    await promise
    this.#unanswered.delete(stream)
    this.#onLate()
    return stream
  }
}

/** The same stream, which tells before it is given back. */
function telling(stream: LogStream, onDestroy: () => void): LogStream {
  return {
    read: (options) => stream.read(options),
    destroy: () => {
      onDestroy()
      stream.destroy()
    },
    get closed() {
      return stream.closed
    },
  }
}
