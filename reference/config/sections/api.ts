import { z } from 'zod'
import { secretOf, type SecretConfig } from '../../secret.ts'
import { section } from '../section.ts'
import { count, flag, listen, optional, secret, text } from '../values.ts'
import type { ServerTls } from '../../ports/http-server.ts'
import type { ListenerConfig } from './listener.ts'

const tls = section({
  cert: optional(text).meta({
    description: 'file (PEM) with the certificate that the API shows, and those between it and its authority',
    example: '/etc/watertight/api-cert.pem',
  }),
  key: optional(text).meta({
    description: 'file (PEM) with the key of cert',
    example: '/etc/watertight/api-key.pem',
  }),
})
  .refine(({ cert, key }) => (cert === null) === (key === null), {
    path: ['cert'],
    error: 'cert and key, both or none',
  })
  .transform(({ cert, key }): ServerTls | null => (cert === null || key === null ? null : { cert, key }))
  .describe(
    'the API speaks HTTPS, and nothing else, when both are set; they are read at the start and again with each reload',
  )

/** Where the API listens, and what whoever uses it must show. */
export interface ApiConfig extends ListenerConfig {
  /** Itself, or the file it stands in; null without one. */
  readonly token: SecretConfig | null
  readonly tls: ServerTls | null
  readonly requestsPerSecond: number
  readonly connectionsMax: number
}

export const TOKEN_ALLOWED = 'a text of 16 to 512 characters, letters, digits and -._~+/= only'

/** What goes into a header, and is not guessed. */
export function isToken(value: string): boolean {
  return /^[\w\-.~+/=]{16,512}$/.test(value)
}

export const api: z.ZodType<ApiConfig> = section({
  enabled: flag.default(true).describe('listen'),
  listen: listen
    .prefault('127.0.0.1:8401')
    .describe(
      'host:port, [address]:port for IPv6; port 0 for a free one; elsewhere than on loopback only with a token',
    ),
  token: optional(
    secret.refine(isToken, { error: TOKEN_ALLOWED }).meta({ allowed: TOKEN_ALLOWED, writeOnly: true }),
  ).meta({
    description:
      'what requests must send (Authorization: Bearer) that change something or show more than health',
    example: 'a-long-text-that-nobody-guesses',
  }),
  tokenFile: optional(text).meta({
    description: 'file with the token, read anew every minute; goes before token',
    example: '/run/secrets/watertight-api-token',
  }),
  tls,
  requestsPerSecond: count(1, 1_000_000)
    .default(500)
    .describe(
      'of those who are let in, together; the same again for health; beyond it they are told to come again',
    ),
  connectionsMax: count(1, 10_000).default(64).describe('at the same time; further ones are closed at once'),
}).transform(({ listen: { host, port }, token, tokenFile, ...rest }) => ({
  ...rest,
  host,
  port,
  token: secretOf(token, tokenFile),
}))
