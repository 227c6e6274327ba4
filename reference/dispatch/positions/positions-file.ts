import { z } from 'zod'

/** What `<state_dir>/positions.json` holds. */
export interface StoredPositions {
  readonly sources: readonly StoredSource[]
  readonly sinks: Readonly<Record<string, StoredSink>>
}

export interface StoredSource {
  readonly id: string
  readonly kind: 'container' | 'file' | 'push'
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  /** As `SourcePosition.toJSON` gave it. */
  readonly position: unknown
  readonly goneSinceMs?: number | undefined
}

export interface StoredSink {
  readonly marks: Readonly<Record<string, StoredMark>>
  readonly spool?: { readonly segment: number; readonly offset: number } | undefined
  readonly offSinceMs?: number | undefined
}

export interface StoredMark {
  readonly epoch: number
  readonly records: number
  readonly mark?: Readonly<Record<string, string | number>> | undefined
}

/**
 * Reads the file's text, also of the schema before this one, which had a position for every pair of source and sink.
 * @throws Error with one sentence saying what is wrong.
 */
export function parsePositions(text: string): StoredPositions {
  const json = parseJson(text)
  const schema = checked(z.object({ schema: z.literal([1, 2]) }), json).schema
  return schema === 2 ? checked(SCHEMA_2, json) : fromSchema1(checked(SCHEMA_1, json))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = text === '' ? 'the file is empty' : 'the file is not JSON, or not all of it'
    throw new Error(why, { cause: error })
  }
}

function checked<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Error(`${issue!.path.join('.') || 'the file'}: ${issue!.message}`)
}

/**
 * Reading goes on at the position of the sink that was furthest behind; the others know how far they were. A sink that had no position of a source had
 * stored nothing of it.
 */
function fromSchema1({ sources }: z.infer<typeof SCHEMA_1>): StoredPositions {
  const marks = new Map<string, Record<string, StoredMark>>()
  const restored = sources.flatMap(({ sinks, ...source }): StoredSource[] => {
    for (const [sink, { position, mark }] of Object.entries(sinks)) {
      const { epoch, records } = position
      const ofSink = marks.get(sink) ?? {}
      ofSink[source.id] = { epoch, records, mark }
      marks.set(sink, ofSink)
    }
    const [oldest] = Object.values(sinks).toSorted((a, b) => a.position.records - b.position.records)
    return oldest === undefined ? [] : [{ ...source, position: oldest.position }]
  })
  const sinks = Object.fromEntries([...marks].map(([name, ofSink]) => [name, { marks: ofSink }]))
  return { sources: restored, sinks }
}

const count = z.int().nonnegative()
const mark = z.record(z.string(), z.union([z.string(), z.number()])).optional()
const source = {
  id: z.string(),
  kind: z.enum(['container', 'file', 'push']),
  name: z.string(),
  // Positions of earlier versions have none.
  attributes: z.record(z.string(), z.string()).default({}),
}

const SCHEMA_1 = z.object({
  sources: z.array(
    z.object({
      ...source,
      sinks: z.record(
        z.string(),
        z.object({ position: z.looseObject({ epoch: count.default(0), records: count }), mark }),
      ),
    }),
  ),
})

const SCHEMA_2 = z.object({
  sources: z.array(z.object({ ...source, position: z.unknown(), goneSinceMs: z.number().optional() })),
  sinks: z.record(
    z.string(),
    z.object({
      marks: z.record(z.string(), z.object({ epoch: count, records: count, mark })),
      spool: z.object({ segment: count, offset: count }).optional(),
      offSinceMs: z.number().optional(),
    }),
  ),
})
