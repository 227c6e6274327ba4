import { readWholeFile } from '../../dispatch/files.ts'
import { messageOf } from '../../errors.ts'
import { onAbort } from '../../lifecycle/abort.ts'
import { withDeadline } from '../../lifecycle/deadline.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import {
  JetStreamError,
  type JetStream,
  type JetStreamConnection,
  type JetStreamCredentials,
  type JetStreamTls,
  type StreamInfo,
} from '../../ports/jet-stream.ts'
import type { Logger } from '../../ports/logger.ts'
import type { TlsConfig } from '../../config/sections/tls.ts'
import type { AuthConfig, JetStreamSinkConfig } from './config.ts'
import { subjectsOf } from './subject.ts'

export interface StreamAccessOptions {
  readonly config: JetStreamSinkConfig
  readonly jetStream: JetStream
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
}

/** A connection over which the stream can be written to. */
export interface StreamConnection {
  readonly connection: JetStreamConnection
  /** Headers and payload of one message, bytes. */
  readonly maxMessageBytes: number
}

/** The stream cannot be used: one sentence. */
export class NoAccess extends Error {
  override readonly name = 'NoAccess'
  /** Until somebody puts something right. Otherwise the server is away. */
  readonly isRefusal: boolean

  constructor(message: string, { isRefusal, cause }: { isRefusal: boolean; cause?: unknown }) {
    super(message, { cause })
    this.isRefusal = isRefusal
  }
}

/**
 * The one connection of the sink: made when it is asked for, given up when anything is wrong with it. Secrets are read anew for each, so that they can be
 * changed. A stream that is not there is made, where that is allowed.
 */
export class StreamAccess {
  readonly #options: StreamAccessOptions
  #current: StreamConnection | null = null
  #opening: Promise<StreamConnection> | null = null

  constructor(options: StreamAccessOptions) {
    this.#options = options
  }

  /** Who answers; null without a connection. */
  get server(): string | null {
    return this.#current?.connection.isOpen === true ? this.#current.connection.server : null
  }

  /**
   * The connection that stands, or a new one.
   * @throws NoAccess when there is none to be had
   */
  async use(options: { signal: AbortSignal }): Promise<StreamConnection> {
    for (;;) {
      options.signal.throwIfAborted()
      if (this.#current?.connection.isOpen === true) return this.#current
      if (this.#opening === null) return await this.#open(options.signal)
      // eslint-disable-next-line no-await-in-loop -- until there is one, or none to be had
      const opened = await this.#join(this.#opening, options.signal)
      if (opened !== null) return opened
    }
  }

  /** Ends the connection, if it is this one or none is named: what was sent may be stored or not. */
  drop(connection?: JetStreamConnection): void {
    const current = this.#current?.connection
    if (current === undefined || (connection !== undefined && connection !== current)) return
    this.#current = null
    current.close()
  }

  /** Null when whoever opens it has given up. */
  async #join(opening: Promise<StreamConnection>, signal: AbortSignal): Promise<StreamConnection | null> {
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    using _ = onAbort(signal, () => reject(signal.reason))
    try {
      return await Promise.race([opening, aborted])
    } catch (error) {
      if (error instanceof NoAccess || signal.aborted) throw error
      return null
    }
  }

  async #open(signal: AbortSignal): Promise<StreamConnection> {
    this.drop()
    const opening = this.#connect(signal)
    this.#opening = opening
    try {
      this.#current = await opening
      return this.#current
    } finally {
      this.#opening = null
    }
  }

  async #connect(signal: AbortSignal): Promise<StreamConnection> {
    const { clock, config, logger } = this.#options
    const servers = config.servers.join(', ')
    try {
      return await withDeadline(
        clock,
        `connecting to ${servers}`,
        config.timeoutMs,
        signal,
        (own) => this.#connectTo(own),
        ({ connection }) => connection.close(),
      )
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof NoAccess) throw error
      logger.debug({ err: error, servers }, 'No connection to NATS')
      const isRefusal = error instanceof JetStreamError && error.code === 'unauthorized'
      throw new NoAccess(`Cannot use NATS at ${servers}: ${messageOf(error)}`, { isRefusal, cause: error })
    }
  }

  async #connectTo(signal: AbortSignal): Promise<StreamConnection> {
    const { config, jetStream } = this.#options
    const target = {
      servers: config.servers,
      clientName: 'watertight',
      credentials: await this.#credentials(config.auth),
      tls: await this.#tls(config.tls),
    }
    const connection = await jetStream.connect(target, { signal })
    try {
      const info = await this.#stream(connection, signal)
      const maxMessageBytes = Math.min(connection.maxMessageBytes, info.maxMessageBytes ?? Infinity)
      return { connection, maxMessageBytes }
    } catch (error) {
      connection.close()
      throw error
    }
  }

  async #stream(connection: JetStreamConnection, signal: AbortSignal): Promise<StreamInfo> {
    const { config, logger } = this.#options
    const { createStream, stream: name, subjectPrefix } = config
    const subjects = [subjectsOf(subjectPrefix)]
    const info = await connection.streamInfo(name, { signal })
    if (info !== null) return info
    if (createStream === null)
      throw new NoAccess(
        `NATS at ${connection.server} has no stream ${name}: make one that takes ${subjects.join(', ')}, or set sinks.jetstream.create_stream.enabled`,
        { isRefusal: true },
      )
    await connection.createStream({ ...createStream, name, subjects }, { signal })
    logger.info({ stream: name, subjects, ...createStream }, 'The stream was made')
    return (await connection.streamInfo(name, { signal })) ?? { subjects, maxMessageBytes: null }
  }

  async #credentials(auth: AuthConfig): Promise<JetStreamCredentials> {
    return {
      creds: await this.#secret('auth.creds_file', auth.credsFile),
      nkeySeed: await this.#secret('auth.nkey_file', auth.nkeyFile),
      token: (await this.#secret('auth.token_file', auth.tokenFile)) ?? auth.token ?? undefined,
      user: auth.user ?? undefined,
      password: (await this.#secret('auth.password_file', auth.passwordFile)) ?? auth.password ?? undefined,
    }
  }

  async #tls(files: TlsConfig | null): Promise<JetStreamTls | null> {
    if (files === null) return null
    return {
      ca: await this.#secret('tls.ca', files.ca),
      cert: await this.#secret('tls.cert', files.cert),
      key: await this.#secret('tls.key', files.key),
      verify: files.verify,
    }
  }

  /** The file's text without white space around it; undefined where none is named. */
  async #secret(key: string, path: string | null): Promise<string | undefined> {
    if (path === null) return undefined
    const text = await readWholeFile(this.#options.fileSystem, path).catch((error: unknown) => {
      throw new NoAccess(`Cannot read sinks.jetstream.${key}, ${path}: ${messageOf(error)}`, {
        isRefusal: true,
        cause: error,
      })
    })
    if (text === null)
      throw new NoAccess(`Cannot read sinks.jetstream.${key}: ${path} is not there`, { isRefusal: true })
    return text.trim()
  }
}
