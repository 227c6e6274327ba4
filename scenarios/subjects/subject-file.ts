import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { NUMBERED_LINE } from '../audit/numbered-line.ts'
import { messageOf } from '../../reference/errors.ts'
import { UsageError } from '../../reference/usage-error.ts'
import { dataRootOf } from './data-root.ts'
import type { Subject, SubjectDefinition, SubjectPlace } from './subject.ts'

/**
 * Reads someone else's collector from a YAML file:
 *
 *     name: my-collector
 *     command: [node, my-collector.ts]        # run in the directory of this file
 *     env: {DOCKER_HOST: "{{docker_host}}"}   # {{out_dir}} {{state_dir}} {{sink_url}} {{syslog_port}} {{nats_url}} {{label}} {{data_root}} too, also in command and urls
 *     ready: "regular expression"             # in its standard output or error; without it nothing is waited for
 *     output:
 *       from: files                           # files | stdout | sink
 *       files: "*.log"                        # glob in {{out_dir}}
 *       pattern: "(?<container>\\S+) (?<line>\\d+) "   # default: the numbered line as it was written
 *       ignore: "^--- "                       # lines of the output that are no log lines; any other counts as written by nobody
 *     metrics:
 *       url: http://127.0.0.1:9100/metrics
 *       tasks: my_tasks                       # each of these is optional: name or name{label="value"}
 *       rotations: my_rotations_total
 *       container_label: container_name
 *     health: http://127.0.0.1:9100/health
 *     container: my-collector                 # where the command is a docker run: whose processes are counted, on the engine under test
 *
 * @throws UsageError naming the key and what is allowed.
 */
export async function readSubjectFile(file: string): Promise<Subject> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`Cannot read subject ${file}: ${messageOf(error)}`)
  })
  return parseSubject(text, file)
}

/** As {@link readSubjectFile}, from the file's text. `file` is for messages and for the working directory. */
export function parseSubject(text: string, file: string): Subject {
  const parsed = SUBJECT.safeParse(parseYaml(text, file))
  if (!parsed.success) throw new UsageError(`Cannot use subject ${file}: ${explain(parsed.error)}`)
  const description = parsed.data
  return {
    name: description.name,
    prepare: async (place) => {
      const values = await valuesFor(description, place)
      return fill(description, values, path.dirname(path.resolve(file)))
    },
  }
}

/** What placeholders stand for. The engine is asked for its directory, and a NATS server started, only for a subject that asks for it. */
async function valuesFor(description: Description, place: SubjectPlace): Promise<PlaceholderValues> {
  return {
    docker_host: place.dockerHost,
    out_dir: place.outDir,
    state_dir: place.stateDir,
    sink_url: place.sinkUrl,
    syslog_port: place.syslogPort === undefined ? null : String(place.syslogPort),
    nats_url: mentions(description, 'nats_url') ? ((await place.natsUrl?.()) ?? null) : null,
    label: place.label,
    data_root: mentions(description, 'data_root') ? await dataRootOf(place.dockerHost) : null,
  }
}

/** Whether its command or its environment asks for a placeholder. */
function mentions({ command, env }: Description, placeholder: keyof PlaceholderValues): boolean {
  return [...command, ...Object.values(env)].some((text) =>
    [...text.matchAll(PLACEHOLDER)].some(([, key]) => key === placeholder),
  )
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    throw new UsageError(`Cannot use subject ${file}: ${messageOf(error)}`)
  }
}

function fill(
  description: Description,
  values: PlaceholderValues,
  workingDirectory: string,
): SubjectDefinition {
  const put = (text: string): string => substitute(text, values)
  const { metrics, output } = description
  return {
    name: description.name,
    command: description.command.map(put),
    container: description.container === undefined ? null : put(description.container),
    workingDirectory,
    env: Object.fromEntries(Object.entries(description.env).map(([key, value]) => [key, put(value)])),
    ready: description.ready === undefined ? null : new RegExp(description.ready),
    output: {
      from: output.from,
      glob: output.files,
      pattern: output.pattern === undefined ? NUMBERED_LINE : new RegExp(output.pattern, 'g'),
      ignored: ignoredOf(description),
    },
    isToldWhich: mentions(description, 'label'),
    storedLogs: values.data_root,
    metrics: metrics === undefined ? null : { url: put(metrics.url), names: metricNames(metrics) },
    apiUrl: null,
    healthUrl: description.health === undefined ? null : put(description.health),
  }
}

/** What says that it is ready is no log line either. */
function ignoredOf({ output, ready }: Description): RegExp[] {
  const patterns = [output.ignore, output.from === 'stdout' ? ready : undefined]
  return patterns.filter((pattern) => pattern !== undefined).map((pattern) => new RegExp(pattern))
}

function metricNames(
  metrics: NonNullable<Description['metrics']>,
): NonNullable<SubjectDefinition['metrics']>['names'] {
  return {
    tasks: metrics.tasks ?? null,
    streams: metrics.streams ?? null,
    utilization: metrics.utilization ?? null,
    rotations: metrics.rotations ?? null,
    sinkFiles: null,
    containerLabel: metrics.container_label,
    deadlineErrors: metrics.deadline_errors,
  }
}

function substitute(text: string, values: PlaceholderValues): string {
  const known = new Map(Object.entries(values))
  return text.replaceAll(PLACEHOLDER, (_, key: string) => {
    const value = known.get(key)
    if (value === undefined || value === null) {
      throw new UsageError(`Cannot fill in {{${key}}}: expected one of ${[...known.keys()].join(', ')}`)
    }
    return value
  })
}

function explain(error: z.ZodError): string {
  return error.issues
    .map((issue) => `${issue.path.length === 0 ? 'the file' : issue.path.join('.')}: ${issue.message}`)
    .join('; ')
}

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g

const regularExpression = z.string().refine(isRegularExpression, 'expected a regular expression')

const linePattern = regularExpression.refine(
  (text) => text.includes('(?<container>') && text.includes('(?<line>'),
  'expected the groups (?<container>...) and (?<line>...)',
)

const SUBJECT = z.strictObject({
  name: z.string().min(1),
  command: z.array(z.string()).min(1),
  env: z.record(z.string(), z.coerce.string()).default({}),
  ready: regularExpression.optional(),
  output: z
    .strictObject({
      from: z.enum(['files', 'stdout', 'sink']).default('files'),
      files: z.string().default('**'),
      pattern: linePattern.optional(),
      ignore: regularExpression.optional(),
    })
    .default({ from: 'files', files: '**' }),
  metrics: z
    .strictObject({
      url: z.string().min(1),
      tasks: z.string().optional(),
      streams: z.string().optional(),
      utilization: z.string().optional(),
      rotations: z.string().optional(),
      container_label: z.string().default('container_name'),
      deadline_errors: z.array(z.string()).default([]),
    })
    .optional(),
  health: z.string().optional(),
  container: z.string().min(1).optional(),
})

type Description = z.infer<typeof SUBJECT>

interface PlaceholderValues {
  readonly docker_host: string
  readonly out_dir: string
  readonly state_dir: string
  readonly sink_url: string
  /** `null` where nobody listens. */
  readonly syslog_port: string | null
  /** `null` for a subject that does not ask for it. */
  readonly nats_url: string | null
  readonly label: string
  /** `null` for a subject that does not ask for it. */
  readonly data_root: string | null
}

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}
