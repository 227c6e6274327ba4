import { z } from 'zod'
import { DOCKER_HOST_ALLOWED, isDockerHost } from './docker-host.ts'

/**
 * The kinds of value a configuration has. The message of a failed check is the phrase behind "allowed:"; `allowed` in the type's metadata says it with the
 * limits, for documents.
 */

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
  const allowed = `a duration from ${min} to ${max}`
  return durationOrZero.refine((ms) => ms >= minMs && ms <= maxMs, { error: allowed }).meta({ allowed })
}

/** A few words, or a duration within limits. */
export function oneOfOrDuration<const Word extends string>(
  words: readonly Word[],
  min: string,
  max: string,
): z.ZodType<Word | number> {
  const allowed = `${words.join(', ')} or a duration from ${min} to ${max}`
  return z.union([oneOf(words), durationFrom(min, max)], { error: allowed }).meta({ allowed })
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
  const allowed = `a size from ${min} to ${max}`
  return size.refine((bytes) => bytes >= minBytes && bytes <= maxBytes, { error: allowed }).meta({ allowed })
}

function toBytes(text: string): number {
  const [, amount, unit] = SIZE.exec(text) ?? []
  return Math.round(Number(amount) * (BYTES[unit ?? ''] ?? Number.NaN))
}

/** A whole number from `min` on, up to `max` where there is one. */
export function count(min: number, max: number = Number.MAX_SAFE_INTEGER): z.ZodInt {
  const error =
    max < Number.MAX_SAFE_INTEGER ? `a whole number from ${min} to ${max}` : `a whole number, at least ${min}`
  return z.int({ error }).min(min, { error }).max(max, { error }).meta({ allowed: error })
}

export const flag: z.ZodBoolean = z.boolean({ error: 'true or false' }).meta({ allowed: 'true or false' })

/** What may be left out, or null, which is the same. Its metadata should have an `example`. */
export function optional<Value, Given>(
  type: z.ZodType<Value, Given>,
): z.ZodType<Value | null, Given | null | undefined> {
  return type.nullable().prefault(null)
}

export const text: z.ZodString = z
  .string({ error: 'a text' })
  .min(1, { error: 'a text that is not empty' })
  .meta({ allowed: 'a text' })
/** A text that is shown to nobody. */
export const secret: z.ZodString = text.meta({ allowed: 'a text', writeOnly: true })

/** @param allowed the phrase for what is no list, and for documents */
export function listOf<Item extends z.ZodType>(item: Item, allowed: string): z.ZodArray<Item> {
  return z.array(item, { error: allowed }).meta({ allowed })
}

/** A text that passes a check. */
export function textThat(check: (value: string) => boolean, allowed: string): z.ZodString {
  return z.string({ error: allowed }).refine(check, { error: allowed }).meta({ allowed })
}

export const texts: z.ZodArray<z.ZodString> = listOf(text, 'a list of texts')

/** A regular expression, as a text. */
export const pattern: z.ZodType<RegExp, string> = textThat(isPattern, 'a regular expression')
  .transform((source) => new RegExp(source))
  .meta({ allowed: 'a regular expression' })
const GLOB_ALLOWED = 'an absolute path or glob such as /var/log/**/*.log'

/** Absolute paths, with `*`, `**`, `?`, `[...]` and `{a,b}` where wished. */
export const globs: z.ZodArray<z.ZodString> = listOf(
  textThat((value) => value.startsWith('/'), GLOB_ALLOWED),
  'a list of absolute paths and globs',
)

/** Regular expressions, as texts. */
export const patterns: z.ZodType<RegExp[], string[]> = listOf(pattern, 'a list of regular expressions')

export function isPattern(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp
  } catch {
    return false
  }
}

export const dockerHost: z.ZodString = textThat(isDockerHost, DOCKER_HOST_ALLOWED)

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
  .meta({ allowed: LISTEN_ALLOWED })

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): z.ZodType<Word> {
  const allowed = words.join(', ')
  return z.enum(words, { error: allowed }).meta({ allowed })
}

/** Any of a few words. */
export function someOf<const Word extends string>(words: readonly Word[]): z.ZodArray<z.ZodType<Word>> {
  return listOf(oneOf(words), `a list of ${words.join(', ')}`)
}

const LABEL_KEY_ALLOWED = 'the key of a label, the beginning of one with a * behind it, or * for all'

/** Keys of labels; one that ends in `*` stands for all that begin so. */
export const labelKeys: z.ZodArray<z.ZodString> = listOf(
  textThat((value) => /^(?:[^*]+\*?|\*)$/.test(value), LABEL_KEY_ALLOWED),
  'a list of keys of labels',
)

/** The key in a file for a name in code: `maxLineBytes` is `max_line_bytes`, and `readTimeoutMs` is `read_timeout`, for a duration has its unit with it. */
export function keyOf(name: string): string {
  return name.replace(/Ms$/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
