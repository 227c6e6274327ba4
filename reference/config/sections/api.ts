import { z } from 'zod'
import { secretOf, type SecretConfig } from '../../secret.ts'
import { section } from '../section.ts'
import { flag, listen, optional, secret, text } from '../values.ts'
import type { ListenerConfig } from './listener.ts'

/** Where the API listens, and what whoever uses it must show. */
export interface ApiConfig extends ListenerConfig {
  /** Itself, or the file it stands in; null without one. */
  readonly token: SecretConfig | null
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
}).transform(({ enabled, listen: { host, port }, token, tokenFile }) => ({
  enabled,
  host,
  port,
  token: secretOf(token, tokenFile),
}))
