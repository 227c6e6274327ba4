import { z } from 'zod'
import { durationOrZero, flag as flagValue, size, text as textValue } from '../../reference/config/values.ts'

/** One parameter of a fault: what is allowed, in code and in a scenario file. The message of a failed check is the phrase behind "allowed:". */
export interface Parameter<Value, Given = Value> {
  /** For people, such as `a whole number, at least 1; default 1`. */
  readonly allowed: string
  /** Checks what code gives. */
  readonly inCode: z.ZodType<Value, Given>
  /** Checks what a scenario file gives, and makes of it what code would have given. */
  readonly inFile: z.ZodType<Value>
}

export interface Limits {
  readonly min: number
  readonly max: number
}

/** A time: milliseconds in code, a text such as `100ms` in a file, where the key has no `_ms`. */
export function milliseconds({ min, max }: Limits): Parameter<number> {
  const phrase = `a duration from ${durationText(min)} to ${durationText(max)}`
  const inCode = numberBetween({ min, max }, `milliseconds from ${min} to ${max}`)
  const inFile = z
    .string({ error: phrase })
    .pipe(durationOrZero.refine((ms) => ms >= min && ms <= max, { error: phrase }))
  return { allowed: phrase, inCode, inFile }
}

export function wholeNumber({ min, max }: Limits): Parameter<number> {
  const allowed = `a whole number from ${min} to ${max}`
  const type = wholeBetween({ min, max }, allowed)
  return { allowed, inCode: type, inFile: type }
}

/** A number of bytes: a number in code, a text such as `64KiB` in a file. */
export function bytes({ min, max }: Limits): Parameter<number> {
  const allowed = `a size from ${sizeText(min)} to ${sizeText(max)}`
  return {
    allowed,
    inCode: wholeBetween({ min, max }, `bytes from ${min} to ${max}`),
    inFile: size.refine((value) => value >= min && value <= max, { error: allowed }),
  }
}

export function fraction(): Parameter<number> {
  const allowed = 'a number from 0 to 1'
  const type = numberBetween({ min: 0, max: 1 }, allowed)
  return { allowed, inCode: type, inFile: type }
}

export function choice<const Word extends string>(words: readonly Word[]): Parameter<Word> {
  const type: z.ZodType<Word, Word> = z.enum(words, { error: words.join(', ') })
  return { allowed: words.join(', '), inCode: type, inFile: type }
}

export function text(): Parameter<string> {
  return { allowed: 'a text', inCode: textValue, inFile: textValue }
}

export function flag(): Parameter<boolean> {
  return { allowed: 'true or false', inCode: flagValue, inFile: flagValue }
}

/** A regular expression: a text in a file. */
export function pattern(): Parameter<RegExp> {
  const allowed = 'a regular expression'
  const inFile = z.string({ error: allowed }).transform((source, context) => {
    try {
      return new RegExp(source)
    } catch {
      context.addIssue({ code: 'custom', message: allowed })
      return z.NEVER
    }
  })
  return { allowed, inCode: z.instanceof(RegExp, { error: allowed }), inFile }
}

/** One of the scenario's containers. */
export function container(): Parameter<string> {
  return { allowed: 'a container', inCode: textValue, inFile: textValue }
}

/** The same, with a value for when none is given. */
export function withDefault<Value>(
  { allowed, inCode, inFile }: Parameter<Value>,
  value: Value,
  shown: string = String(value),
): Parameter<Value, Value | undefined> {
  return {
    allowed: `${allowed}; default ${shown}`,
    inCode: inCode.optional().transform((given) => given ?? value),
    inFile: inFile.optional().transform((given) => given ?? value),
  }
}

/** The same, which may be left out. @param meaning what leaving it out means */
export function optional<Value>(
  { allowed, inCode, inFile }: Parameter<Value>,
  meaning: string,
): Parameter<Value | undefined> {
  return { allowed: `${allowed}; default ${meaning}`, inCode: inCode.optional(), inFile: inFile.optional() }
}

function wholeBetween({ min, max }: Limits, error: string): z.ZodType<number, number> {
  return z.int({ error }).min(min, { error }).max(max, { error })
}

function numberBetween({ min, max }: Limits, error: string): z.ZodType<number, number> {
  return z.number({ error }).min(min, { error }).max(max, { error })
}

function durationText(ms: number): string {
  if (ms >= 3_600_000) return `${ms / 3_600_000}h`
  return ms >= 1000 ? `${ms / 1000}s` : `${ms}ms`
}

function sizeText(length: number): string {
  if (length >= 2 ** 20) return `${length / 2 ** 20}MiB`
  return length >= 1024 ? `${length / 1024}KiB` : `${length}B`
}
