import { z } from 'zod'
import type { MetadataConfig } from '../../config/sections/record-settings.ts'
import { section } from '../../config/section.ts'
import { flag, listOf, oneOf, optional, sizeFrom, text, textThat } from '../../config/values.ts'
import { endpointContradiction, ENDPOINT_KEYS, url, withEndpoint } from '../http/endpoint-config.ts'
import type { ConfigBeside, OwnContradiction } from '../sink-definition.ts'
import { keyOfLabel, LABEL_NAMES, lokiNameOf } from './label-sets.ts'

const NAME_ALLOWED = `${LABEL_NAMES.join(', ')}, or label.<key> with the whole key of a container's label`

const labelNames = listOf(
  textThat(
    (value) => LABEL_NAMES.includes(value) || (/^label\.[^*]+$/.test(value) && value.length <= 256),
    NAME_ALLOWED,
  ),
  `a list of ${NAME_ALLOWED}`,
)

const STATIC_ALLOWED =
  'names of letters, digits and _ that do not begin with a digit or __, with a text of at most 512 characters each'

const fixedLabels = z
  .record(
    z.string().regex(/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/, { error: STATIC_ALLOWED }),
    z.string({ error: STATIC_ALLOWED }).min(1, { error: STATIC_ALLOWED }).max(512, { error: STATIC_ALLOWED }),
    { error: STATIC_ALLOWED },
  )
  .meta({ allowed: STATIC_ALLOWED })

export const lokiSchema = section({
  enabled: flag.default(false).describe('push lines to it'),
  url: url.default('http://127.0.0.1:3100/loki/api/v1/push').describe('http or https, with the path'),
  tenant: optional(text).meta({ description: 'sent as X-Scope-OrgID', example: 'team-a' }),
  encoding: oneOf(['protobuf', 'json'])
    .default('protobuf')
    .describe('how requests are encoded; protobuf is compressed with snappy, json with gzip'),
  labels: labelNames
    .default(['host', 'container_name', 'stream'])
    .describe(
      'what tells streams apart: container_name, container_id, stream, and what container_monitor.metadata collects: image, compose_project, compose_service, host (always there), label.<key>. At most 15 with static_labels, container_name or container_id among them',
    ),
  staticLabels: fixedLabels.default({}).describe('labels of all streams, such as job: docker'),
  structuredMetadata: labelNames
    .default([])
    .describe('names as for labels, but not stream: what each line carries and no stream is made for'),
  lineBytesMax: sizeFrom('1KiB', '16MiB')
    .prefault('256KiB')
    .describe('a longer line is not sent: Loki takes none longer than its max_line_size'),
  ...ENDPOINT_KEYS,
})
  .transform(withEndpoint)
  .describe('Grafana Loki, by its push API')

export interface LokiConfig extends Readonly<z.output<typeof lokiSchema>> {}

/** What is each allowed and impossible together. */
export function lokiContradiction(config: LokiConfig, beside: ConfigBeside): OwnContradiction | null {
  return (
    endpointContradiction(config) ??
    tooManyLabels(config) ??
    sameName(config) ??
    sourcesMixed(config) ??
    notCollected(config, beside.containerMonitor.metadata) ??
    streamAsMetadata(config)
  )
}

function tooManyLabels({ labels, staticLabels }: LokiConfig): OwnContradiction | null {
  const count = labels.length + Object.keys(staticLabels).length
  if (count <= LABELS_MAX) return null
  return {
    path: ['labels'],
    problem: `${count} with static_labels are too many; Loki takes ${LABELS_MAX}. What does not tell streams apart can go to structured_metadata`,
  }
}

function sameName({ labels, staticLabels }: LokiConfig): OwnContradiction | null {
  const names = [...labels.map(lokiNameOf), ...Object.keys(staticLabels)]
  const twice = names.find((one, index) => names.indexOf(one) !== index)
  return twice === undefined ? null : { path: ['labels'], problem: `two labels would be named ${twice}` }
}

function sourcesMixed({ labels }: LokiConfig): OwnContradiction | null {
  if (labels.includes('container_name') || labels.includes('container_id')) return null
  return {
    path: ['labels'],
    problem:
      'needs container_name or container_id: in one stream Loki takes the same line of two containers at the same time for one',
  }
}

/** An attribute that sources do not have would silently be no label. */
function notCollected(
  config: LokiConfig,
  { fields, labels: collected }: MetadataConfig,
): OwnContradiction | null {
  for (const key of ['labels', 'structured_metadata'] as const) {
    for (const asked of key === 'labels' ? config.labels : config.structuredMetadata) {
      const label = keyOfLabel(asked)
      const isThere =
        label === null
          ? ALWAYS_THERE.has(asked) || fields.some((field) => field === asked)
          : collected.some((pattern) => matches(pattern, label))
      if (isThere) continue
      const where = label === null ? `fields: [${asked}]` : `labels: [${label}]`
      return {
        path: [key],
        problem: `${asked} is not collected; container_monitor.metadata needs ${where}`,
      }
    }
  }
  return null
}

function streamAsMetadata({ structuredMetadata }: LokiConfig): OwnContradiction | null {
  if (!structuredMetadata.includes('stream')) return null
  return { path: ['structured_metadata'], problem: 'stream can only be one of labels' }
}

/** As the keys of `container_monitor.metadata.labels` are meant: one that ends in `*` stands for all that begin so. */
function matches(pattern: string, key: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern
}

const ALWAYS_THERE: ReadonlySet<string> = new Set(['container_name', 'container_id', 'stream', 'host'])
/** Loki's limit by default (`max_label_names_per_series`). */
const LABELS_MAX = 15
