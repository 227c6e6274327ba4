import {
  DiscardPolicy,
  jetstream,
  JetStreamApiError,
  jetstreamManager,
  StorageType,
  type JetStreamClient,
  type JetStreamManager,
  type StoredMsg,
} from '@nats-io/jetstream'
import {
  connect,
  credsAuthenticator,
  errors,
  headers as newHeaders,
  nkeyAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node'
import { messageOf } from '../errors.ts'
import { onAbort } from '../lifecycle/abort.ts'
import {
  JetStreamError,
  type JetStream,
  type JetStreamConnection,
  type JetStreamCredentials,
  type JetStreamErrorCode,
  type JetStreamTarget,
  type JetStreamTls,
  type OutgoingMessage,
  type PublishAck,
  type StoredMessage,
  type StreamInfo,
  type StreamSettings,
} from '../ports/jet-stream.ts'

/**
 * The {@link JetStream} port over NATS' own client. A call that is aborted rejects at once; what it holds in the client is given back when its answer comes or
 * the connection is closed, and a connection that is no longer wanted ends when it is there, or after ten seconds.
 */
export class NatsJetStream implements JetStream {
  async connect(target: JetStreamTarget, { signal }: { signal: AbortSignal }): Promise<JetStreamConnection> {
    signal.throwIfAborted()
    const connecting = connect(optionsOf(target))
    const connection = await abortable(signal, connecting, (late) => void late.close()).catch(
      (error: unknown) => {
        throw translated(error, signal)
      },
    )
    return new Connection(
      connection,
      jetstream(connection, { timeout: REQUEST_TIMEOUT_MS }),
      await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT_MS, checkAPI: false }),
    )
  }
}

class Connection implements JetStreamConnection {
  readonly server: string
  readonly maxMessageBytes: number
  readonly #connection: NatsConnection
  readonly #client: JetStreamClient
  readonly #manager: JetStreamManager

  constructor(connection: NatsConnection, client: JetStreamClient, manager: JetStreamManager) {
    this.#connection = connection
    this.#client = client
    this.#manager = manager
    this.server = connection.getServer()
    this.maxMessageBytes = connection.info?.max_payload ?? MAX_PAYLOAD
  }

  get isOpen(): boolean {
    return !this.#connection.isClosed()
  }

  async publish(message: OutgoingMessage, { signal }: { signal: AbortSignal }): Promise<PublishAck> {
    const headers = newHeaders()
    for (const [name, value] of Object.entries(message.headers)) headers.set(name, value)
    const { seq, duplicate } = await this.#ask(signal, 'no_responders', () =>
      this.#client.publish(message.subject, message.payload, {
        msgID: message.id,
        headers,
        expect: {
          streamName: message.stream,
          lastSubjectSequence: message.expectedLastSubjectSequence,
        },
      }),
    )
    return { sequence: seq, duplicate }
  }

  async nextMessage(
    { stream, subject, from }: { stream: string; subject: string; from: number },
    { signal }: { signal: AbortSignal },
  ): Promise<StoredMessage | null> {
    // Not by direct get: a replica may answer that, which can be behind. The client's type leaves out the subject, which servers take since 2.9.
    const query = { next_by_subj: subject, seq: from }
    const found = await this.#ask(signal, 'failed', () => this.#manager.streams.getMessage(stream, query))
    return stored(found)
  }

  async lastMessage(
    { stream, subject }: { stream: string; subject: string },
    { signal }: { signal: AbortSignal },
  ): Promise<StoredMessage | null> {
    const found = await this.#ask(signal, 'failed', () =>
      this.#manager.streams.getMessage(stream, { last_by_subj: subject }),
    )
    return stored(found)
  }

  async streamInfo(stream: string, { signal }: { signal: AbortSignal }): Promise<StreamInfo | null> {
    try {
      const { config } = await this.#ask(signal, 'failed', () => this.#manager.streams.info(stream))
      const { subjects, max_msg_size: max } = config
      return { subjects, maxMessageBytes: max === undefined || max < 0 ? null : max }
    } catch (error) {
      if (error instanceof JetStreamError && error.code === 'no_stream') return null
      throw error
    }
  }

  async createStream(settings: StreamSettings, { signal }: { signal: AbortSignal }): Promise<void> {
    const { name, subjects, storage, replicas, maxBytes, maxAgeMs, discard, duplicateWindowMs } = settings
    await this.#ask(signal, 'failed', () =>
      this.#manager.streams.add({
        name,
        subjects: [...subjects],
        storage: storage === 'file' ? StorageType.File : StorageType.Memory,
        num_replicas: replicas,
        discard: discard === 'old' ? DiscardPolicy.Old : DiscardPolicy.New,
        ...(maxBytes !== null && { max_bytes: maxBytes }),
        ...(maxAgeMs !== null && { max_age: maxAgeMs * NANOSECONDS_PER_MS }),
        ...(duplicateWindowMs !== null && { duplicate_window: duplicateWindowMs * NANOSECONDS_PER_MS }),
      }),
    )
  }

  close(): void {
    // What it still wants to say to the server is of no use.
    void this.#connection.close().catch(() => {})
  }

  async #ask<T>(signal: AbortSignal, nobody: JetStreamErrorCode, ask: () => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    try {
      return await abortable(signal, ask())
    } catch (error) {
      throw translated(error, signal, nobody)
    }
  }
}

/** As soon as the signal is aborted it rejects with its reason; what comes later goes to `release`. */
async function abortable<T>(
  signal: AbortSignal,
  operation: Promise<T>,
  release?: (late: T) => void,
): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  using _ = onAbort(signal, () => reject(signal.reason))
  try {
    return await Promise.race([operation, aborted])
  } catch (error) {
    if (signal.aborted) operation.then(release, () => {})
    throw error
  }
}

function optionsOf({ servers, clientName, credentials, tls }: JetStreamTarget): NodeConnectionOptions {
  return {
    servers: [...servers],
    name: clientName,
    reconnect: false,
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: 2,
    noAsyncTraces: true,
    ...authentication(credentials),
    ...(tls !== null && { tls: tlsOptions(tls) }),
  }
}

function authentication({
  creds,
  nkeySeed,
  token,
  user,
  password,
}: JetStreamCredentials): Partial<NodeConnectionOptions> {
  const encoder = new TextEncoder()
  if (creds !== undefined) return { authenticator: credsAuthenticator(encoder.encode(creds)) }
  if (nkeySeed !== undefined) return { authenticator: nkeyAuthenticator(encoder.encode(nkeySeed)) }
  if (token !== undefined) return { token }
  if (user !== undefined) return { user, ...(password !== undefined && { pass: password }) }
  return {}
}

/** The client hands what it does not know on to Node. */
function tlsOptions({ ca, cert, key, verify }: JetStreamTls): object {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(!verify && { rejectUnauthorized: false }),
  }
}

function stored(message: StoredMsg | null): StoredMessage | null {
  if (message === null) return null
  const { header, seq } = message
  const headers = Object.fromEntries(header.keys().map((name) => [name, header.get(name)]))
  return { sequence: seq, id: headers['Nats-Msg-Id'] ?? null, headers }
}

/** @param nobody what it means that nobody answers */
function translated(error: unknown, signal: AbortSignal, nobody: JetStreamErrorCode = 'failed'): unknown {
  if (signal.aborted && error === signal.reason) return error
  return new JetStreamError(codeOf(error, nobody), messageOf(error), { cause: error })
}

function codeOf(error: unknown, nobody: JetStreamErrorCode): JetStreamErrorCode {
  if (error instanceof JetStreamApiError) return API_ERRORS.get(error.code) ?? 'failed'
  if (isNobody(error)) return nobody
  if (UNAUTHORIZED.some((kind) => error instanceof kind)) return 'unauthorized'
  const isTooLarge = error instanceof errors.InvalidArgumentError && error.message.includes('max_payload')
  return isTooLarge ? 'too_large' : 'unavailable'
}

/** Nobody listens to the subject: that is, no stream does, or to what is asked no JetStream. */
function isNobody(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null
  return cause instanceof errors.RequestError && cause.isNoResponders()
}

/** Numbers of nats-server's errors.json. */
const API_ERRORS: ReadonlyMap<number, JetStreamErrorCode> = new Map([
  [10_023, 'full'],
  [10_028, 'full'],
  [10_047, 'full'],
  [10_054, 'too_large'],
  [10_059, 'no_stream'],
  [10_060, 'wrong_stream'],
  [10_071, 'wrong_last_sequence'],
  [10_077, 'full'],
  // Of servers from 2.12 on.
  [10_164, 'wrong_last_sequence'],
])
const UNAUTHORIZED = [
  errors.AuthorizationError,
  errors.UserAuthenticationExpiredError,
  errors.PermissionViolationError,
]
const NANOSECONDS_PER_MS = 1e6
/** Of a server that does not say. */
const MAX_PAYLOAD = 1024 * 1024
/** Longer than anybody waits: the caller has the deadline. */
const REQUEST_TIMEOUT_MS = 120_000
const CONNECT_TIMEOUT_MS = 10_000
/** A server that is silent for three of these is gone. */
const PING_INTERVAL_MS = 10_000
