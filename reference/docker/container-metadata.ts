import type { MetadataConfig } from '../config/config.ts'
import { LABEL_PREFIX, type MetadataField } from '../dispatch/attributes.ts'
import type { ContainerDetails } from '../ports/docker-engine.ts'

export interface ContainerMetadata {
  readonly attributes: Readonly<Record<string, string>>
  /** What was chosen and did not fit. */
  readonly left: readonly string[]
}

/**
 * What is chosen of what is known of a container, as attributes of its source. Fields come first, then labels in their order. All of it together has at most
 * {@link METADATA_LENGTH_MAX} UTF-16 units: every record carries it, and every position on disk.
 * @param host the name of the machine, where none is configured
 */
export function metadataOf(
  details: Pick<ContainerDetails, 'image' | 'labels'>,
  config: MetadataConfig,
  host: string,
): ContainerMetadata {
  const attributes: Record<string, string> = {}
  const left: string[] = []
  let length = 0
  for (const [name, value] of [...fieldsOf(details, config, host), ...chosenLabels(details, config)]) {
    if (length + name.length + value.length > METADATA_LENGTH_MAX) left.push(name)
    else {
      attributes[name] = value
      length += name.length + value.length
    }
  }
  return { attributes, left }
}

function fieldsOf(
  { image, labels }: Pick<ContainerDetails, 'image' | 'labels'>,
  config: MetadataConfig,
  host: string,
): [string, string][] {
  const values: Readonly<Record<MetadataField, string | undefined>> = {
    image,
    compose_project: labels['com.docker.compose.project'],
    compose_service: labels['com.docker.compose.service'],
    host: config.host ?? host,
  }
  return config.fields.flatMap((field): [string, string][] => {
    const value = values[field]
    return value === undefined || value === '' ? [] : [[field, value]]
  })
}

function chosenLabels(
  { labels }: Pick<ContainerDetails, 'labels'>,
  config: MetadataConfig,
): [string, string][] {
  return Object.entries(labels)
    .filter(([key]) => config.labels.some((chosen) => isChosen(key, chosen)))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => [LABEL_PREFIX + key, value])
}

/** @param chosen a key, or the beginning of one with `*` behind it */
function isChosen(key: string, chosen: string): boolean {
  return chosen.endsWith('*') ? key.startsWith(chosen.slice(0, -1)) : key === chosen
}

/** Names and values together. */
const METADATA_LENGTH_MAX = 2048
