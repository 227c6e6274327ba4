import type { JET_STREAM_ERRORS } from '../error-codes.ts'

/** Servers of NATS with JetStream: they keep streams of messages, each of which has a subject and a sequence number in its stream. */
export interface JetStream {
  /**
   * Connects to one of the servers. Rejects with a {@link JetStreamError}, or with `signal.reason` on abort; after that nothing is left open. The caller
   * owns the connection. It never connects again by itself.
   */
  connect(target: JetStreamTarget, options: { signal: AbortSignal }): Promise<JetStreamConnection>
}

export interface JetStreamTarget {
  /** `host:port`, `nats://host:port` or `tls://host:port`. */
  readonly servers: readonly string[]
  /** What the server calls this client. */
  readonly clientName: string
  readonly credentials: JetStreamCredentials
  /** Null for a connection without TLS, unless the server asks for it. */
  readonly tls: JetStreamTls | null
}

/** At most one of them is used, the first that is there in this order. All are texts, as in the files that NATS' own tools write. */
export interface JetStreamCredentials {
  readonly creds?: string | undefined
  readonly nkeySeed?: string | undefined
  readonly token?: string | undefined
  readonly user?: string | undefined
  /** Of the user. */
  readonly password?: string | undefined
}

/** PEM texts. */
export interface JetStreamTls {
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  /** False takes any certificate of the server. */
  readonly verify: boolean
}

/**
 * One connection. Every call rejects with a {@link JetStreamError}, or with `signal.reason` when its signal is aborted: what was sent may be stored all the same.
 * What is asked of it at the same time is under way at the same time.
 */
export interface JetStreamConnection {
  /** Who answers, such as `10.0.0.7:4222`. */
  readonly server: string
  /** Headers and payload of one message, bytes. */
  readonly maxMessageBytes: number
  /** False once it has ended, for whatever reason. */
  readonly isOpen: boolean
  /** Resolves when a stream has stored the message. */
  publish(message: OutgoingMessage, options: { signal: AbortSignal }): Promise<PublishAck>
  /** The first message of the subject in the stream whose sequence is at least `from`; null when there is none. Asked of the stream's leader. */
  nextMessage(
    place: { readonly stream: string; readonly subject: string; readonly from: number },
    options: { signal: AbortSignal },
  ): Promise<StoredMessage | null>
  /** The last message of the subject in the stream; null when there is none. Asked of the stream's leader. */
  lastMessage(
    place: { readonly stream: string; readonly subject: string },
    options: { signal: AbortSignal },
  ): Promise<StoredMessage | null>
  /** Null when there is no such stream. */
  streamInfo(stream: string, options: { signal: AbortSignal }): Promise<StreamInfo | null>
  /** Nothing when there is one that is the same. */
  createStream(settings: StreamSettings, options: { signal: AbortSignal }): Promise<void>
  /** Ends it at once; calls under way reject. Idempotent. */
  close(): void
}

export interface OutgoingMessage {
  readonly subject: string
  /** Must be stored by this stream and no other. */
  readonly stream: string
  /** Nats-Msg-Id: a message whose id the stream has seen within its duplicate window is not stored again, whatever else it says. */
  readonly id: string
  /** The message is stored only when this is the sequence of the last message of its subject in the stream; 0 for none. */
  readonly expectedLastSubjectSequence: number
  /** Beside those the port makes. Names and values are printable ASCII. */
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Uint8Array
}

export interface PublishAck {
  /** Of the message; where it was a duplicate, of the one that is stored. */
  readonly sequence: number
  /** Nothing was stored: its id was stored before. */
  readonly duplicate: boolean
}

export interface StoredMessage {
  readonly sequence: number
  /** Nats-Msg-Id; null without one. */
  readonly id: string | null
  /** All of them, the port's own too; of a name that is there several times the first. */
  readonly headers: Readonly<Record<string, string>>
}

export interface StreamInfo {
  /** With wildcards: `logs.>`. */
  readonly subjects: readonly string[]
  /** Headers and payload of one message, bytes; null for no bound of its own. */
  readonly maxMessageBytes: number | null
}

export interface StreamSettings {
  readonly name: string
  readonly subjects: readonly string[]
  readonly storage: 'file' | 'memory'
  readonly replicas: number
  /** Null for no bound. */
  readonly maxBytes: number | null
  /** Null for no bound. */
  readonly maxAgeMs: number | null
  /** What happens when a bound is reached: the oldest messages go, or new ones are refused. */
  readonly discard: 'old' | 'new'
  /** Null for the server's own, two minutes. */
  readonly duplicateWindowMs: number | null
}

export type JetStreamErrorCode = keyof typeof JET_STREAM_ERRORS

/** The one error of the {@link JetStream} port. */
export class JetStreamError extends Error {
  override readonly name = 'JetStreamError'
  readonly code: JetStreamErrorCode

  constructor(code: JetStreamErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
