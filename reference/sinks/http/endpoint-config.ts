import { z } from 'zod'
import { section, type SectionValues } from '../../config/section.ts'
import { tlsByKeys } from '../../config/sections/tls.ts'
import { count, durationFrom, optional, secret, sizeFrom, text, textThat } from '../../config/values.ts'
import { secretOf, type SecretConfig } from '../../secret.ts'
import type { OwnContradiction } from '../sink-definition.ts'

const HEADER_ALLOWED = 'names of headers with a text each, of printable ASCII characters'

const headers = z
  .record(
    z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: HEADER_ALLOWED }),
    z.string({ error: HEADER_ALLOWED }).regex(/^[\x20-\x7E]*$/, { error: HEADER_ALLOWED }),
    { error: HEADER_ALLOWED },
  )
  .meta({ allowed: HEADER_ALLOWED, writeOnly: true })

/** The keys of a sink that sends requests, besides its own. `withEndpoint` makes of them what `Endpoint` takes. */
export const ENDPOINT_KEYS = {
  headers: headers.default({}).describe('sent with every request'),
  basicAuth: section({
    username: optional(text).meta({ description: 'with password or password_file', example: 'collector' }),
    password: optional(secret).meta({ description: 'of the user', example: 'secret' }),
    passwordFile: optional(text).meta({
      description: 'file with the password; goes before password',
      example: '/run/secrets/watertight-password',
    }),
  }).describe('a user, instead of bearer_token'),
  bearerToken: optional(secret).meta({ description: 'instead of a user', example: 'secret' }),
  bearerTokenFile: optional(text).meta({
    description: 'file with the token; goes before bearer_token',
    example: '/run/secrets/watertight-token',
  }),
  tls: tlsByKeys.describe('TLS to a URL with https://'),
  timeoutMs: durationFrom('100ms', '10m')
    .prefault('30s')
    .describe('a request without its whole answer after this is repeated'),
  maxInFlight: count(1, 64).default(4).describe('most requests and connections at the same time'),
  batchBytes: sizeFrom('1KiB', '16MiB').prefault('1MiB').describe('most bytes of lines in one request'),
  batchDelayMs: durationFrom('0ms', '1m')
    .prefault('1s')
    .describe('how long the first line of a request waits for others'),
} as const

/** Where it sends them: `http` or `https`, with the path. */
export const url: z.ZodString = textThat(
  (value) =>
    URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && new URL(value).username === '',
  'an http:// or https:// URL without a user in it',
)

type EndpointValues = SectionValues<typeof ENDPOINT_KEYS & { url: typeof url }>

/** Where and how a sink sends its requests. */
export interface EndpointConfig extends Omit<EndpointValues, EndpointCredentialKey> {
  readonly username: string | null
  /** Of the user, or null. */
  readonly password: SecretConfig | null
  readonly bearerToken: SecretConfig | null
}

type EndpointCredentialKey = 'basicAuth' | 'bearerToken' | 'bearerTokenFile'

/** The values of a section with `ENDPOINT_KEYS` and `url`, as `Endpoint` takes them, with those of the sink's own keys. */
export function withEndpoint<Values extends EndpointValues>(
  values: Values,
): EndpointConfig & Omit<Values, EndpointCredentialKey> {
  const { basicAuth, bearerToken, bearerTokenFile, ...rest } = values
  return {
    ...rest,
    username: basicAuth.username,
    password: secretOf(basicAuth.password, basicAuth.passwordFile),
    bearerToken: secretOf(bearerToken, bearerTokenFile),
  }
}

/** What is each allowed and impossible together. */
export function endpointContradiction(config: EndpointConfig): OwnContradiction | null {
  const { username, password, bearerToken, tls } = config
  if ((username === null) !== (password === null))
    return { path: ['basic_auth'], problem: 'needs username, and password or password_file' }
  if (bearerToken !== null && username !== null)
    return { path: ['basic_auth'], problem: 'cannot go with bearer_token; set one of them' }
  if (tls !== null && !config.url.startsWith('https:'))
    return { path: ['tls'], problem: `is for a URL that begins with https://, but url is ${config.url}` }
  if (tls !== null && (tls.cert === null) !== (tls.key === null))
    return { path: ['tls'], problem: 'needs cert and key together' }
  return null
}
