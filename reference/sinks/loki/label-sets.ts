import { currentName, labelsOf, METADATA_FIELDS } from '../../dispatch/attributes.ts'
import { STDERR, type Source } from '../../dispatch/block.ts'

export type Pair = readonly [name: string, value: string]

export interface LokiStream {
  readonly labels: readonly Pair[]
  /** Sorted, as Loki writes them: `{host="a", stream="stdout"}`. */
  readonly text: string
}

export interface LabelSetOptions {
  /** As in the configuration. */
  readonly labels: readonly string[]
  readonly staticLabels: Readonly<Record<string, string>>
  readonly structuredMetadata: readonly string[]
  /** For sources that do not say which host they are of. */
  readonly host: string
}

/** The streams of Loki's that a source's records go to. */
export interface SourceStreams {
  readonly streams: readonly LokiStream[]
  /** Index of the stream for a record of standard output or standard error. */
  readonly streamOf: (dockerStream: number) => number
  readonly metadata: readonly Pair[]
}

/** What labels and structured metadata are made of, besides `label.<key>`. */
export const LABEL_NAMES: readonly string[] = ['container_name', 'container_id', 'stream', ...METADATA_FIELDS]

/** Labels by source: worked out once for each block of attributes. */
export class LabelSets {
  readonly #options: LabelSetOptions
  readonly #known = new WeakMap<Source, SourceStreams>()

  constructor(options: LabelSetOptions) {
    this.#options = options
  }

  of(source: Source): SourceStreams {
    const known = this.#known.get(source)
    if (known !== undefined) return known
    const made = this.#make(source)
    this.#known.set(source, made)
    return made
  }

  #make(source: Source): SourceStreams {
    const { labels, structuredMetadata, staticLabels } = this.#options
    const common = [...Object.entries(staticLabels), ...this.#pairs(source, labels)]
    const metadata = this.#pairs(source, structuredMetadata)
    // A file has no streams.
    if (!labels.includes('stream') || source.kind !== 'container')
      return { streams: [lokiStream(common)], streamOf: () => 0, metadata }
    const streams = ['stdout', 'stderr'].map((stream) => lokiStream([...common, ['stream', stream]]))
    return { streams, streamOf: (stream) => (stream === STDERR ? 1 : 0), metadata }
  }

  /** What the source has of these; empty values are none for Loki. */
  #pairs(source: Source, names: readonly string[]): Pair[] {
    const labels = new Map(labelsOf(source))
    const pairs = new Map<string, string>()
    for (const name of names) {
      const key = keyOfLabel(name)
      const value = key === null ? this.#field(source, name) : labels.get(key)
      if (value === undefined || value === '') continue
      const isOwnName = name === 'container_name' || name === 'container_id'
      const ownName = isOwnName && source.kind !== 'container' ? 'filename' : name
      pairs.set(lokiNameOf(ownName), limited(value))
    }
    return [...pairs]
  }

  #field(source: Source, name: string): string | undefined {
    switch (name) {
      case 'container_name':
        return currentName(source)
      case 'container_id':
        return source.kind === 'container' ? source.id : currentName(source)
      case 'host':
        return source.attributes['host'] ?? this.#options.host
      default:
        return source.attributes[name]
    }
  }
}

/** The key of a container's label that a name of the configuration stands for; null for any other name. */
export function keyOfLabel(name: string): string | null {
  return name.startsWith(LABEL) ? name.slice(LABEL.length) : null
}

/** The name in Loki: `label.com.example.team` is `label_com_example_team`. */
export function lokiNameOf(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, '_')
}

function lokiStream(pairs: readonly Pair[]): LokiStream {
  const labels = pairs.toSorted(([a], [b]) => (a < b ? -1 : 1))
  // The escapes of JSON are all escapes of Go's.
  return {
    labels,
    text: `{${labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`,
  }
}

/** At most as many bytes as Loki takes, and no half of a pair of surrogates. */
function limited(value: string): string {
  const text = value.toWellFormed()
  const bytes = Buffer.from(text)
  if (bytes.length <= VALUE_BYTES_MAX) return text
  let end = VALUE_BYTES_MAX
  // Not within a character.
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1
  return bytes.toString('utf8', 0, end)
}

const LABEL = 'label.'
/** Loki's limit on a label's value by default (`max_label_value_length`). */
const VALUE_BYTES_MAX = 2048
