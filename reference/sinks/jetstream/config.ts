import { z } from 'zod'
import { section } from '../../config/section.ts'
import { count, durationFrom, flag, oneOf, sizeFrom, text } from '../../config/values.ts'
import type { StreamSettings } from '../../ports/jet-stream.ts'
import type { RecordFormat } from '../record-format.ts'

export interface JetStreamSinkConfig {
  readonly enabled: boolean
  readonly servers: readonly string[]
  readonly stream: string
  /** Subjects are `<prefix>.<name>.<id>`. */
  readonly subjectPrefix: string
  readonly format: RecordFormat
  /** At most, of one source; they are waited for no moment. */
  readonly recordsPerMessage: number
  /** How long the server may take to answer, or to be connected to. */
  readonly timeoutMs: number
  readonly auth: AuthConfig
  /** Null for none. */
  readonly tls: TlsFiles | null
  /** How the stream is made where there is none; null: it is not made. */
  readonly createStream: Omit<StreamSettings, 'name' | 'subjects'> | null
}

/** A file goes before a value. Null for none. */
export interface AuthConfig {
  readonly user: string | null
  readonly password: string | null
  readonly passwordFile: string | null
  readonly token: string | null
  readonly tokenFile: string | null
  readonly nkeyFile: string | null
  readonly credsFile: string | null
}

/** Paths of PEM files. */
export interface TlsFiles {
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
  readonly verify: boolean
}

const SERVER_ALLOWED = 'host:port, nats://host:port or tls://host:port, without a user'
const server = z
  .string({ error: SERVER_ALLOWED })
  .regex(/^(?:(?:nats|tls):\/\/)?(?:\[[0-9a-fA-F:]+\]|[\w.-]+)(?::\d{1,5})?$/, { error: SERVER_ALLOWED })

const STREAM_ALLOWED = 'letters, digits, _ and -'
const PREFIX_ALLOWED = 'tokens of letters, digits, _ and -, with dots between them, such as logs or prod.logs'
const optional = text.nullable().default(null)

const auth = section({
  user: optional,
  password: optional,
  password_file: optional,
  token: optional,
  token_file: optional,
  nkey_file: optional,
  creds_file: optional,
}).transform((values) => ({
  user: values.user,
  password: values.password,
  passwordFile: values.password_file,
  token: values.token,
  tokenFile: values.token_file,
  nkeyFile: values.nkey_file,
  credsFile: values.creds_file,
}))

const tls = section({
  enabled: flag.default(false),
  verify: flag.default(true),
  ca: optional,
  cert: optional,
  key: optional,
})
  .refine(({ cert, key }) => (cert === null) === (key === null), {
    path: ['cert'],
    error: 'cert and key, both or none',
  })
  .transform(({ enabled, ...files }) => (enabled ? files : null))

const createStream = section({
  enabled: flag.default(false),
  storage: oneOf(['file', 'memory']).default('file'),
  replicas: count(1, 5).default(1),
  max_bytes: sizeFrom('1KiB', '1048576GiB').nullable().default(null),
  max_age: durationFrom('1s', '100000h').nullable().default(null),
  discard: oneOf(['old', 'new']).default('old'),
  duplicate_window: durationFrom('100ms', '24h').nullable().default(null),
}).transform((values) =>
  values.enabled
    ? {
        storage: values.storage,
        replicas: values.replicas,
        maxBytes: values.max_bytes,
        maxAgeMs: values.max_age,
        discard: values.discard,
        duplicateWindowMs: values.duplicate_window,
      }
    : null,
)

export const jetStreamSchema: z.ZodType<JetStreamSinkConfig> = section({
  enabled: flag.default(false),
  servers: z
    .array(server, { error: 'a list of servers' })
    .min(1, { error: 'a list of servers that is not empty' })
    .default(['nats://127.0.0.1:4222']),
  stream: text.regex(/^[\w-]{1,200}$/, { error: STREAM_ALLOWED }).default('LOGS'),
  subject_prefix: text.regex(/^[\w-]+(?:\.[\w-]+)*$/, { error: PREFIX_ALLOWED }).default('logs'),
  format: oneOf(['raw', 'json']).default('raw'),
  records_per_message: count(1, 10_000).default(1),
  timeout: durationFrom('100ms', '1m').prefault('5s'),
  auth,
  tls,
  create_stream: createStream,
}).transform((values) => ({
  enabled: values.enabled,
  servers: values.servers,
  stream: values.stream,
  subjectPrefix: values.subject_prefix,
  format: values.format,
  recordsPerMessage: values.records_per_message,
  timeoutMs: values.timeout,
  auth: values.auth,
  tls: values.tls,
  createStream: values.create_stream,
}))
