import { z } from 'zod'
import type { TlsConfig } from '../../config/tls-config.ts'
import { section } from '../../config/section.ts'
import { count, durationFrom, flag, sizeFrom, text } from '../../config/values.ts'
import type { OwnContradiction } from '../sink-definition.ts'

/** Where and how a sink sends its requests. */
export interface EndpointConfig {
  /** `http` or `https`, with the path. */
  readonly url: string
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>
  readonly username: string | null
  /** Of the user, or null. */
  readonly password: SecretConfig | null
  readonly bearerToken: SecretConfig | null
  readonly tls: TlsConfig | null
  /** A request without its whole answer after this is given up, and repeated. */
  readonly timeoutMs: number
  /** Requests, and connections, at the same time at most. */
  readonly maxInFlight: number
  /** Bytes of lines in one request, at most. */
  readonly batchBytes: number
  /** How long the first record of a request waits for others. */
  readonly batchDelayMs: number
}

/** A secret itself, or the file it stands in; exactly one of them. */
export type SecretConfig =
  | { readonly value: string; readonly file: null }
  | { readonly value: null; readonly file: string }

const HEADER_ALLOWED = 'names of headers with a text each, of printable ASCII characters'
const URL_ALLOWED = 'an http:// or https:// URL without a user in it'

const url = z
  .string({ error: URL_ALLOWED })
  .refine(
    (value) =>
      URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && new URL(value).username === '',
    { error: URL_ALLOWED },
  )

const headers = z.record(
  z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: HEADER_ALLOWED }),
  z.string({ error: HEADER_ALLOWED }).regex(/^[\x20-\x7E]*$/, { error: HEADER_ALLOWED }),
  { error: HEADER_ALLOWED },
)

/**
 * The section of a sink that sends requests: the keys of all such sinks, and its own.
 * @param usualUrl the default of `url`
 * @param own makes what is the sink's own of the values of its keys
 */
export function endpointSection<Shape extends z.ZodRawShape, Own>(
  usualUrl: string,
  shape: Shape,
  own: (values: z.output<z.ZodObject<Shape>>) => Own,
): z.ZodType<EndpointConfig & Own & { readonly enabled: boolean }> {
  const keys = { ...KEYS, url: url.default(usualUrl) }
  return section({ ...keys, ...shape }).transform((values) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of both are all there
    const [common, rest] = [values as Values, values as z.output<z.ZodObject<Shape>>]
    return { ...endpointOf(common), ...own(rest) }
  })
}

const KEYS = {
  enabled: flag.default(false),
  headers: headers.default({}),
  basic_auth: section({
    username: text.optional(),
    password: text.optional(),
    password_file: text.optional(),
  }),
  bearer_token: text.optional(),
  bearer_token_file: text.optional(),
  tls: section({
    verify: flag.optional(),
    ca: text.optional(),
    cert: text.optional(),
    key: text.optional(),
  }),
  timeout: durationFrom('100ms', '10m').prefault('30s'),
  max_in_flight: count(1, 64).default(4),
  batch_bytes: sizeFrom('1KiB', '16MiB').prefault('1MiB'),
  batch_delay: durationFrom('0ms', '1m').prefault('1s'),
} as const

type Values = z.output<z.ZodObject<typeof KEYS & { url: typeof url }>>

function endpointOf(values: Values): EndpointConfig & { readonly enabled: boolean } {
  const { basic_auth: basic, tls } = values
  const usesTls = Object.values(tls).some((value) => value !== undefined)
  return {
    enabled: values.enabled,
    url: values.url,
    headers: values.headers,
    username: basic.username ?? null,
    password: secretOf(basic.password, basic.password_file),
    bearerToken: secretOf(values.bearer_token, values.bearer_token_file),
    tls: usesTls
      ? { verify: tls.verify ?? true, ca: tls.ca ?? null, cert: tls.cert ?? null, key: tls.key ?? null }
      : null,
    timeoutMs: values.timeout,
    maxInFlight: values.max_in_flight,
    batchBytes: values.batch_bytes,
    batchDelayMs: values.batch_delay,
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

/** The file goes before the value. */
function secretOf(value: string | undefined, file: string | undefined): SecretConfig | null {
  if (file !== undefined) return { value: null, file }
  return value === undefined ? null : { value, file: null }
}
