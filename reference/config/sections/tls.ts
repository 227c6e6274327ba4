import type { z } from 'zod'
import { section } from '../section.ts'
import { flag, optional, text } from '../values.ts'

/** Files in PEM; null where there is none. A certificate and its key come together. */
export interface TlsConfig {
  /** Whether the certificate of the other side must be valid and carry its name. */
  readonly verify: boolean
  /** Who signed that certificate; without it the authorities that Node trusts. */
  readonly ca: string | null
  /** What the collector shows. */
  readonly cert: string | null
  readonly key: string | null
}

const PATHS = {
  ca: optional(text).meta({
    description:
      "file (PEM) with the authority that signed the other side's certificate; by default the authorities that Node trusts",
    example: '/etc/watertight/ca.pem',
  }),
  cert: optional(text).meta({
    description: 'file (PEM) with the certificate that the collector shows',
    example: '/etc/watertight/cert.pem',
  }),
  key: optional(text).meta({
    description: 'file (PEM) with the key of cert',
    example: '/etc/watertight/key.pem',
  }),
} as const

const VERIFY = "the other side's certificate must be valid and carry its name"

/** TLS as soon as a key says something of it; null when none does. */
export const tlsByKeys: z.ZodType<TlsConfig | null> = section({
  verify: optional(flag).meta({ description: `${VERIFY}; true by default`, example: true }),
  ...PATHS,
}).transform((values) =>
  Object.values(values).every((value) => value === null)
    ? null
    : { ...values, verify: values.verify ?? true },
)

/** The same, with a switch that goes before what the keys say. */
export const tlsByKeysOrSwitch: z.ZodType<TlsConfig | null> = section({
  enabled: optional(flag).meta({
    description: 'by default as soon as any of the keys below is set',
    example: true,
  }),
  verify: optional(flag).meta({ description: `${VERIFY}; true by default`, example: true }),
  ...PATHS,
}).transform(({ enabled, ...values }) => {
  const asked = Object.values(values).some((value) => value !== null)
  return (enabled ?? asked) ? { ...values, verify: values.verify ?? true } : null
})

/** TLS where the switch says so. */
export const tlsBySwitch: z.ZodType<TlsConfig | null> = section({
  enabled: flag.default(false).describe('speak TLS'),
  verify: flag.default(true).describe(VERIFY),
  ...PATHS,
})
  .refine(({ cert, key }) => (cert === null) === (key === null), {
    path: ['cert'],
    error: 'cert and key, both or none',
  })
  .transform(({ enabled, ...files }) => (enabled ? files : null))
