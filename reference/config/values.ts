import { z } from 'zod'
import { DOCKER_HOST_ALLOWED, isDockerHost } from './docker-host.ts'

/** The kinds of value a configuration has. The message of a failed check is the phrase behind "allowed:". */

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/
const DURATION_ALLOWED = 'a duration such as 100ms, 30s, 5m or 1h'
const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `30s` and the like; milliseconds, 0 included. */
export const durationOrZero: z.ZodType<number, string> = z
  .string({ error: DURATION_ALLOWED })
  .regex(DURATION, { error: DURATION_ALLOWED })
  .transform(toMilliseconds)

/** The same, more than 0. */
export const duration: z.ZodType<number, string> = durationOrZero.refine((ms) => ms > 0, {
  error: `${DURATION_ALLOWED}, more than 0`,
})

/** A duration within limits, which are written like one and included. */
export function durationFrom(min: string, max: string): z.ZodType<number, string> {
  const [minMs, maxMs] = [toMilliseconds(min), toMilliseconds(max)]
  return durationOrZero.refine((ms) => ms >= minMs && ms <= maxMs, {
    error: `a duration from ${min} to ${max}`,
  })
}

/** A few words, or a duration within limits. */
export function oneOfOrDuration<const Word extends string>(
  words: readonly Word[],
  min: string,
  max: string,
): z.ZodType<Word | number> {
  const error = `${words.join(', ')} or a duration from ${min} to ${max}`
  return z.union([oneOf(words), durationFrom(min, max)], { error })
}

function toMilliseconds(text: string): number {
  const [, amount, unit] = DURATION.exec(text) ?? []
  return Number(amount) * (MILLISECONDS[unit ?? ''] ?? Number.NaN)
}

const SIZE = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB)$/
const SIZE_ALLOWED = 'a size such as 16KiB, 64MiB or 1GiB'
const BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

/** `64MiB` and the like; bytes, at least 1. */
export const size: z.ZodType<number, string> = z
  .string({ error: SIZE_ALLOWED })
  .regex(SIZE, { error: SIZE_ALLOWED })
  .transform(toBytes)
  .refine((bytes) => bytes >= 1, { error: `${SIZE_ALLOWED}, at least 1B` })

/** A size within limits, which are written like one and included. */
export function sizeFrom(min: string, max: string): z.ZodType<number, string> {
  const [minBytes, maxBytes] = [toBytes(min), toBytes(max)]
  return size.refine((bytes) => bytes >= minBytes && bytes <= maxBytes, {
    error: `a size from ${min} to ${max}`,
  })
}

function toBytes(text: string): number {
  const [, amount, unit] = SIZE.exec(text) ?? []
  return Math.round(Number(amount) * (BYTES[unit ?? ''] ?? Number.NaN))
}

/** A whole number from `min` on, up to `max` where there is one. */
export function count(min: number, max: number = Number.MAX_SAFE_INTEGER): z.ZodInt {
  const error =
    max < Number.MAX_SAFE_INTEGER ? `a whole number from ${min} to ${max}` : `a whole number, at least ${min}`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

export const flag: z.ZodBoolean = z.boolean({ error: 'true or false' })

/** The switch of a part that this version does not have. */
export const notYet: z.ZodLiteral<false> = z.literal(false, {
  error: 'false (this part is not in this version)',
})

export const text: z.ZodString = z.string({ error: 'a text' }).min(1, { error: 'a text that is not empty' })

export const texts: z.ZodArray<z.ZodString> = z.array(text, { error: 'a list of texts' })

/** A regular expression, as a text. */
export const pattern: z.ZodType<RegExp, string> = z
  .string({ error: 'a regular expression' })
  .refine(isPattern, { error: 'a regular expression' })
  .transform((source) => new RegExp(source))
const GLOB_ALLOWED = 'an absolute path or glob such as /var/log/**/*.log'

/** Absolute paths, with `*`, `**`, `?`, `[...]` and `{a,b}` where wished. */
export const globs: z.ZodArray<z.ZodString> = z.array(
  z.string({ error: GLOB_ALLOWED }).startsWith('/', { error: GLOB_ALLOWED }),
  { error: 'a list of absolute paths and globs' },
)

/** Regular expressions, as texts. */
export const patterns: z.ZodType<RegExp[], string[]> = z.array(pattern, {
  error: 'a list of regular expressions',
})

export function isPattern(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp
  } catch {
    return false
  }
}

export const dockerHost: z.ZodString = z
  .string({ error: DOCKER_HOST_ALLOWED })
  .refine(isDockerHost, { error: DOCKER_HOST_ALLOWED })

const LISTEN = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/
const LISTEN_ALLOWED = 'host:port such as 127.0.0.1:8001'

/** `127.0.0.1:8001` or `[::1]:8001`; port 0 asks for a free one. */
export const listen: z.ZodType<{ host: string; port: number }, string> = z
  .string({ error: LISTEN_ALLOWED })
  .regex(LISTEN, { error: LISTEN_ALLOWED })
  .transform((address) => {
    const [, bracketed, plain, port] = LISTEN.exec(address) ?? []
    return { host: bracketed ?? plain ?? '', port: Number(port) }
  })
  .refine(({ port }) => port <= 65_535, { error: `${LISTEN_ALLOWED}, with a port up to 65535` })

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): z.ZodType<Word> {
  return z.enum(words, { error: words.join(', ') })
}

/** Any of a few words. */
export function someOf<const Word extends string>(words: readonly Word[]): z.ZodArray<z.ZodType<Word>> {
  return z.array(oneOf(words), { error: `a list of ${words.join(', ')}` })
}

const LABEL_KEY_ALLOWED = 'the key of a label, the beginning of one with a * behind it, or * for all'

/** Keys of labels; one that ends in `*` stands for all that begin so. */
export const labelKeys: z.ZodArray<z.ZodString> = z.array(
  z.string({ error: LABEL_KEY_ALLOWED }).regex(/^(?:[^*]+\*?|\*)$/, { error: LABEL_KEY_ALLOWED }),
  { error: 'a list of keys of labels' },
)
