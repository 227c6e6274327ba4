import { z } from 'zod'
import { EXAMPLE_BYTES_MAX, type Template } from '../content/template.ts'
import type { StoredRate } from '../rates/rate-model.ts'
import { keyOf, type SourceModel } from './source-model.ts'
import { TOKENS_MAX } from '../content/tokens.ts'

/** What is kept on disk of one source: numbers in columns, as base64 of their bytes, little-endian. */

/** One line of JSON, without its end. */
export function encodeSource({ source, rate, content }: SourceModel): string {
  const { templates, shifts, ...counts } = content.stored()
  const { single, spans, open } = rate.stored()
  return JSON.stringify({
    ...source,
    rate: { single: columnsOf(single), spans: columnsOf(spans), open: textOf(open) },
    content: {
      ...counts,
      shifts: textOf(shifts),
      templates: templates.map(({ hashes, example, ...figures }) => ({
        hashes: textOf(hashes),
        example: textOf(example),
        ...figures,
      })),
    },
  })
}

/** @throws Error saying what is wrong with the line */
export function readSource(line: string): StoredSource {
  const read = storedSource.safeParse(JSON.parse(line))
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Error(`${issue?.path.join('.')}: ${issue?.message}`)
}

/**
 * Puts what was stored into a model that has learnt nothing yet.
 * @throws Error when it is not what {@link encodeSource} made for such a model; the model is then of no use
 */
export function restoreSource(stored: StoredSource, model: SourceModel): void {
  if (keyOf(stored) !== keyOf(model.source)) throw new Error(`this is ${stored.name}`)
  model.rate.restore(stored.rate)
  model.content.restore(stored.content)
}

function columnsOf(stored: StoredRate): Record<string, string> {
  return Object.fromEntries(Object.entries(stored).map(([name, values]) => [name, textOf(values)]))
}

function textOf({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}

/** A column of numbers of so many bytes each. */
function column<Column>(bytesEach: number, make: (bytes: ArrayBuffer) => Column): z.ZodType<Column> {
  return z.base64().transform((text, context) => {
    const bytes = Uint8Array.from(Buffer.from(text, 'base64')).buffer
    if (bytes.byteLength % bytesEach === 0) return make(bytes)
    context.addIssue(`${bytes.byteLength} bytes are no numbers of ${bytesEach} bytes`)
    return z.NEVER
  })
}

const floats = column(4, (bytes) => new Float32Array(bytes)).refine(
  (numbers) => numbers.every((number) => Number.isFinite(number) && number >= 0),
  'a column of numbers of 0 or more',
)
const doubles = column(8, (buffer) => new Float64Array(buffer)).refine(
  (numbers) => numbers.every((number) => Number.isFinite(number) && number >= 0),
  'a column of numbers of 0 or more',
)
const moments = doubles.refine(
  (numbers) => numbers.every((number) => Number.isSafeInteger(number)),
  'a column of milliseconds since the epoch',
)
const bytes = column(1, (buffer) => new Uint8Array(buffer))

const whole = z.int().nonnegative()

const template: z.ZodType<Template> = z.strictObject({
  hashes: column(4, (buffer) => new Uint32Array(buffer)).refine(
    ({ length }) => length <= TOKENS_MAX,
    `at most ${TOKENS_MAX} tokens`,
  ),
  example: bytes.refine(({ length }) => length <= EXAMPLE_BYTES_MAX, `at most ${EXAMPLE_BYTES_MAX} bytes`),
  lines: whole,
  weight: z.number().nonnegative(),
  lastLine: whole,
})

function openOf(numbers: number): typeof doubles {
  return doubles.refine(({ length }) => length === 0 || length === numbers, `${numbers} numbers, or none`)
}

const rates = z.strictObject({
  levels: floats,
  starts: moments,
  untrainedLevels: floats,
  untrainedStarts: moments,
  lows: floats,
  highs: floats,
  days: bytes,
  open: openOf(4),
})

const storedSource = z.strictObject({
  id: z.string().min(1),
  kind: z.enum(['container', 'file', 'push']),
  name: z.string().min(1),
  rate: z.strictObject({ single: rates, spans: rates, open: openOf(3) }),
  content: z.strictObject({
    trainings: whole,
    novelty: z.number().nonnegative(),
    untrained: whole,
    newOnes: whole,
    told: whole,
    shifts: floats,
    templates: z.array(template),
  }),
})

export interface StoredSource extends z.output<typeof storedSource> {}
