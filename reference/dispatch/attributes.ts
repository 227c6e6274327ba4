import type { Source } from './block.ts'
import type { SinkMark } from './sink.ts'

/**
 * What the attributes of a source may be called. The set is fixed, and names that others choose, of labels, stand behind a prefix: none of them can take
 * the place of something else.
 */
export const METADATA_FIELDS = ['image', 'compose_project', 'compose_service', 'host'] as const
export type MetadataField = (typeof METADATA_FIELDS)[number]

/** Before the key of a label. */
export const LABEL_PREFIX = 'label.'
/** The name the source has now, where it is not the one it was first seen under. */
const NAME = 'name'

/** How its records are written to a file, where the source itself says so. */
const FORMAT = 'format'

/** What the source itself says of how its records are written to a file. */
export function formatOf({ attributes }: Source): string | undefined {
  return attributes[FORMAT]
}

/** The attribute by which a source says how its records are written to a file. */
export function withFormat(format: string | null): Source['attributes'] {
  return format === null ? {} : { [FORMAT]: format }
}

/** Names of the sinks it goes to, with commas, where the source itself says so. */
const SINKS = 'sinks'

/** Names of the sinks that the records of the source go to; null for all of them. */
export function sinksOf({ attributes }: Source): readonly string[] | null {
  return attributes[SINKS]?.split(',') ?? null
}

/** Whether records of the source go to the sink. */
export function goesTo(source: Source, sink: string): boolean {
  return sinksOf(source)?.includes(sink) ?? true
}

/** The attribute by which a source says which sinks it goes to. */
export function withSinks(sinks: readonly string[] | null): Source['attributes'] {
  return sinks === null ? {} : { [SINKS]: sinks.join(',') }
}

/** Where in a file its records begin, for a source that goes on in one that was there before: a mark of the file sink, as JSON. */
const BEGINNING = 'beginning'

/** The attribute by which a source says what its file held before its first record. */
export function withBeginning(mark: SinkMark): Source['attributes'] {
  return { [BEGINNING]: JSON.stringify(mark) }
}

/** What {@link withBeginning} was given; undefined for a source that says nothing of it. */
export function beginningOf({ attributes }: Source): SinkMark | undefined {
  const text = attributes[BEGINNING]
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as it was written here
  return text === undefined ? undefined : (JSON.parse(text) as SinkMark)
}

/** The name the source has now; `source.name` stays the one it was first seen under. */
export function currentName({ name, attributes }: Source): string {
  return attributes[NAME] ?? name
}

/** The source under another name. */
export function renamed(source: Source, name: string): Source {
  const { [NAME]: _, ...attributes } = source.attributes
  return { ...source, attributes: name === source.name ? attributes : { ...attributes, [NAME]: name } }
}

/** The labels among the attributes, as pairs of key and value. */
export function labelsOf({ attributes }: Source): [key: string, value: string][] {
  return Object.entries(attributes)
    .filter(([name]) => name.startsWith(LABEL_PREFIX))
    .map(([name, value]) => [name.slice(LABEL_PREFIX.length), value])
}
