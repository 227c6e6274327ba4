import { z } from 'zod'
import { section } from '../../config/section.ts'
import { tlsBySwitch } from '../../config/sections/tls.ts'
import {
  count,
  durationFrom,
  flag,
  listOf,
  oneOf,
  optional,
  secret,
  sizeFrom,
  text,
  textThat,
} from '../../config/values.ts'
import type { StreamSettings } from '../../ports/jet-stream.ts'

const server = textThat(
  (value) => /^(?:(?:nats|tls):\/\/)?(?:\[[0-9a-fA-F:]+\]|[\w.-]+)(?::\d{1,5})?$/.test(value),
  'host:port, nats://host:port or tls://host:port, without a user',
)

/** A file goes before a value. Null for none. */
const auth = section({
  user: optional(text).meta({ description: 'with password_file or password', example: 'collector' }),
  password: optional(secret).meta({ description: 'of the user', example: 'secret' }),
  passwordFile: optional(text).meta({
    description: 'file with the password; goes before password',
    example: '/etc/watertight/nats-password',
  }),
  token: optional(secret).meta({ description: 'instead of a user', example: 'secret' }),
  tokenFile: optional(text).meta({
    description: 'file with the token; goes before token',
    example: '/etc/watertight/nats-token',
  }),
  nkeyFile: optional(text).meta({ description: 'file with a seed', example: '/etc/watertight/nats.nk' }),
  credsFile: optional(text).meta({
    description: 'file with a user and its key',
    example: '/etc/watertight/nats.creds',
  }),
}).describe(
  'who the collector is: by the first that is there of creds_file, nkey_file, token_file or token, and user',
)

export interface AuthConfig extends Readonly<z.output<typeof auth>> {}

const createStream = section({
  enabled: flag.default(false).describe('make it'),
  storage: oneOf(['file', 'memory']).default('file').describe('where the server keeps it'),
  replicas: count(1, 5).default(1).describe('servers of the cluster that each hold the stream'),
  maxBytes: optional(sizeFrom('1KiB', '1048576GiB')).meta({
    description: 'most bytes of the stream; by default there is no bound',
    example: '100GiB',
  }),
  maxAgeMs: optional(durationFrom('1s', '100000h')).meta({
    description: 'how long messages are kept; by default there is no bound',
    example: '720h',
  }),
  discard: oneOf(['old', 'new'])
    .default('old')
    .describe(
      'what goes when it is full: the oldest messages, or it takes no new ones, and the collector waits',
    ),
  duplicateWindowMs: optional(durationFrom('100ms', '24h')).meta({
    description: "nothing depends on it; by default the server's own",
    example: '2m',
  }),
})
  .transform(({ enabled, ...settings }): Omit<StreamSettings, 'name' | 'subjects'> | null =>
    enabled ? settings : null,
  )
  .describe('makes the stream where there is none of that name')

export const jetStreamSchema = section({
  enabled: flag.default(false).describe('publish to a stream'),
  servers: listOf(server, 'a list of servers')
    .min(1, { error: 'a list of servers that is not empty' })
    .default(['nats://127.0.0.1:4222'])
    .meta({ description: 'servers of one cluster', allowed: 'a list of servers that is not empty' }),
  stream: textThat((value) => /^[\w-]{1,200}$/.test(value), 'letters, digits, _ and -')
    .default('LOGS')
    .describe('name of the stream; it must take <subject_prefix>.>'),
  subjectPrefix: textThat(
    (value) => /^[\w-]+(?:\.[\w-]+)*$/.test(value),
    'tokens of letters, digits, _ and -, with dots between them, such as logs or prod.logs',
  )
    .default('logs')
    .describe('beginning of the subjects, for this collector alone: a subject has one publisher'),
  format: oneOf(['raw', 'json']).default('raw').describe('in raw, headers say stream, time and name'),
  recordsPerMessage: count(1, 10_000)
    .default(1)
    .describe(
      'most records of one source in a message, a line each: for sources of thousands of lines a second',
    ),
  timeoutMs: durationFrom('100ms', '1m')
    .prefault('5s')
    .describe('how long the server may take to answer, or to be connected to'),
  auth,
  tls: tlsBySwitch.describe('TLS to the servers'),
  createStream,
}).describe(
  'a stream of a NATS server or cluster; each record is a message under <subject_prefix>.<name>.<12 characters of the id>',
)

export interface JetStreamSinkConfig extends Readonly<z.output<typeof jetStreamSchema>> {}
