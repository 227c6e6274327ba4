import { z } from 'zod'
import { EXAMPLE_BYTES_MAX, type Template } from './template.ts'
import { keyOf, type SourceModel } from './source-model.ts'
import { TOKENS_MAX } from './tokens.ts'

/** What is kept on disk of one source: numbers in columns, as base64 of their bytes, little-endian. */

/** One line of JSON, without its end. */
export function encodeSource({ source, rate, content }: SourceModel): string {
  const { levels, starts, lows, highs, days } = rate.stored()
  const { trainings, novelty, shifts, templates } = content.stored()
  return JSON.stringify({
    ...source,
    rate: {
      levels: textOf(levels),
      starts: textOf(starts),
      lows: textOf(lows),
      highs: textOf(highs),
      days: textOf(days),
    },
    content: {
      trainings,
      novelty,
      shifts: textOf(shifts),
      templates: templates.map(({ hashes, example, weight, lastLine }) => ({
        hashes: textOf(hashes),
        example: textOf(example),
        weight,
        lastLine,
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
const moments = column(8, (bytes) => new Float64Array(bytes)).refine(
  (numbers) => numbers.every((number) => Number.isSafeInteger(number) && number >= 0),
  'a column of milliseconds since the epoch',
)
const bytes = column(1, (buffer) => new Uint8Array(buffer))

const template: z.ZodType<Template> = z
  .strictObject({
    hashes: column(4, (buffer) => new Uint32Array(buffer)).refine(
      ({ length }) => length <= TOKENS_MAX,
      `at most ${TOKENS_MAX} tokens`,
    ),
    example: bytes.refine(({ length }) => length <= EXAMPLE_BYTES_MAX, `at most ${EXAMPLE_BYTES_MAX} bytes`),
    weight: z.number().nonnegative(),
    lastLine: z.int().nonnegative(),
  })
  .transform((fields) => ({ ...fields, lines: 0 }))

const storedSource = z.strictObject({
  id: z.string().min(1),
  kind: z.enum(['container', 'file', 'push']),
  name: z.string().min(1),
  rate: z.strictObject({ levels: floats, starts: moments, lows: floats, highs: floats, days: bytes }),
  content: z.strictObject({
    trainings: z.int().nonnegative(),
    novelty: z.number().nonnegative(),
    shifts: floats,
    templates: z.array(template),
  }),
})

export interface StoredSource extends z.output<typeof storedSource> {}
