import type { ENGINE_ERRORS } from '../error-codes.ts'

/**
 * What the collector needs of a Docker Engine. Every call rejects with an {@link EngineError}, or with
 * `signal.reason` when its signal is aborted; after that nothing of the call is left open.
 */
export interface DockerEngine {
  /** Who answers, and how its log API must be read. */
  info(options: CallOptions): Promise<EngineInfo>
  /** Running and stopped containers. */
  listContainers(options: CallOptions): Promise<ContainerSummary[]>
  /** Rejects with code `not_found` for a container that is gone. */
  inspectContainer(id: string, options: CallOptions): Promise<ContainerDetails>
  /** Container events from now on, in the engine's order. The engine may drop events of a slow subscriber. */
  openEvents(options: CallOptions): Promise<EventStream>
  /**
   * Opens a container's log, always both streams, always with stamps. The engine sends the last `tail` stored messages
   * (all of them without `tail`), and with `follow` what comes after.
   *
   * Reopening with a small `tail` costs the engine about 2 ms of CPU however large the log is. Without `tail` the
   * engine reads the whole log (500 MB: 4.9 CPU seconds). `since` is left out on purpose: it makes the engine read the
   * whole log too, and stamps do not identify a position.
   *
   * The caller owns the stream and must destroy it. `signal` governs opening only.
   */
  openLogs(id: string, options: OpenLogsOptions): Promise<LogStream>
  /** Ends every connection at once; streams that are still open reject. Idempotent. A later call connects anew. */
  close(): void
}

export interface CallOptions {
  readonly signal: AbortSignal
}

export interface OpenLogsOptions extends CallOptions {
  readonly follow: boolean
  /** Number of stored messages, counted from the end; a 16 KiB chunk of a longer line counts as one. */
  readonly tail?: number
}

export interface EngineInfo {
  /** `podman` when the Docker API is Podman's: its follow is unsafe with `tail`, so logs are polled. */
  readonly kind: 'docker' | 'podman'
  /** The engine's own version, such as `20.10.24`. */
  readonly version: string
  /** The API version in use, such as `1.41`. */
  readonly apiVersion: string
}

export interface ContainerSummary {
  /** 64 hexadecimal characters. */
  readonly id: string
  /** Without the leading slash. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly running: boolean
}

export interface ContainerDetails extends ContainerSummary {
  /** As it was named when the container was created; '' when the engine does not tell. */
  readonly image: string
  /** With a TTY stderr is merged into stdout, and Docker's log stream is unframed. */
  readonly tty: boolean
  /** Such as `json-file`, `local`, `none`. */
  readonly logDriver: string
  /** When it was started last, as the engine writes it; another text means another run. Null when it never ran, '' when the engine does not tell. */
  readonly startedAt: string | null
  /** The file its log is stored in, as the engine's machine names it; '' when it has none, as before its first start, or the engine does not tell. */
  readonly logPath: string
}

export interface ContainerEvent {
  /** Such as `create`, `start`, `die`, `destroy`, `rename`. */
  readonly action: string
  readonly id: string
  /** Without the leading slash. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** A handle on something the engine sends. Whoever opened it owns it. */
export interface EngineStream<T> {
  /**
   * The next piece, or `null` at a clean end. At most one read is pending at a time. Rejects with `signal.reason` on abort (the
   * stream stays usable and loses nothing), and with an {@link EngineError} when the stream failed or was destroyed.
   */
  read(options: { signal: AbortSignal }): Promise<T | null>
  /** Gives the handle back at once: the socket is released when this returns. Synchronous, idempotent, never throws. */
  destroy(): void
  /** Resolves once the release was acknowledged. May hang; await it with a deadline only. Never rejects. */
  readonly closed: Promise<void>
}

/** Bytes exactly as the engine sent them: framed, but raw from Docker with a TTY. Chunks align with nothing. */
export type LogStream = EngineStream<Uint8Array>
export type EventStream = EngineStream<ContainerEvent>

export type EngineErrorCode = keyof typeof ENGINE_ERRORS

/** The one error of the {@link DockerEngine} port. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
