import { z } from 'zod'
import { oneOf, sizeFrom, text } from '../../config/values.ts'
import { endpointContradiction, endpointSection, type EndpointConfig } from '../http/endpoint-config.ts'
import type { OtherSettings, OwnContradiction } from '../sink-definition.ts'
import type { LokiEncoding } from './encode.ts'
import { keyOfLabel, LABEL_NAMES, lokiNameOf } from './label-sets.ts'

export interface LokiConfig extends EndpointConfig {
  readonly enabled: boolean
  /** Sent as `X-Scope-OrgID`; null for none. */
  readonly tenant: string | null
  readonly encoding: LokiEncoding
  /** What tells streams apart: of {@link LABEL_NAMES}, and `label.<key>`. */
  readonly labels: readonly string[]
  /** The same for all streams. */
  readonly staticLabels: Readonly<Record<string, string>>
  /** What each entry carries beside its line: the same names as for labels, but not `stream`. */
  readonly structuredMetadata: readonly string[]
  /** A longer line is not sent: Loki would not take it. */
  readonly lineBytesMax: number
}

const NAME_ALLOWED = `${LABEL_NAMES.join(', ')}, or label.<key> with the whole key of a container's label`

const name = z
  .string({ error: NAME_ALLOWED })
  .refine((value) => LABEL_NAMES.includes(value) || (/^label\.[^*]+$/.test(value) && value.length <= 256), {
    error: NAME_ALLOWED,
  })

const STATIC_ALLOWED =
  'names of letters, digits and _ that do not begin with a digit or __, with a text of at most 512 characters each'

const fixedLabels = z.record(
  z.string().regex(/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/, { error: STATIC_ALLOWED }),
  z.string({ error: STATIC_ALLOWED }).min(1, { error: STATIC_ALLOWED }).max(512, { error: STATIC_ALLOWED }),
  { error: STATIC_ALLOWED },
)

export const lokiSchema: z.ZodType<LokiConfig> = endpointSection(
  'http://127.0.0.1:3100/loki/api/v1/push',
  {
    tenant: text.nullable().default(null),
    encoding: oneOf(['protobuf', 'json']).default('protobuf'),
    labels: z
      .array(name, { error: `a list of ${NAME_ALLOWED}` })
      .default(['host', 'container_name', 'stream']),
    static_labels: fixedLabels.default({}),
    structured_metadata: z.array(name, { error: `a list of ${NAME_ALLOWED}` }).default([]),
    line_bytes_max: sizeFrom('1KiB', '16MiB').prefault('256KiB'),
  },
  (values) => ({
    tenant: values.tenant,
    encoding: values.encoding,
    labels: values.labels,
    staticLabels: values.static_labels,
    structuredMetadata: values.structured_metadata,
    lineBytesMax: values.line_bytes_max,
  }),
)

/** What is each allowed and impossible together. */
export function lokiContradiction(config: LokiConfig, whole: OtherSettings): OwnContradiction | null {
  return (
    endpointContradiction(config) ??
    tooManyLabels(config) ??
    sameName(config) ??
    sourcesMixed(config) ??
    notCollected(config, whole) ??
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
function notCollected(config: LokiConfig, { containerMonitor }: OtherSettings): OwnContradiction | null {
  const { fields, labels: collected } = containerMonitor.metadata
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
