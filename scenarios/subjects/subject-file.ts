import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { NUMBERED_LINE } from '../audit/numbered-line.ts'
import { messageOf } from '../../reference/errors.ts'
import { UsageError } from '../../reference/usage-error.ts'
import type { Subject, SubjectDefinition, SubjectPlace } from './subject.ts'

/**
 * Reads someone else's collector from a YAML file:
 *
 *     name: my-collector
 *     command: [node, my-collector.ts]        # run in the directory of this file
 *     env: {DOCKER_HOST: "{{docker_host}}"}   # {{out_dir}} {{state_dir}} {{sink_url}} {{label}} too, also in command and urls
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
    prepare: (place) => Promise.resolve(fill(description, place, path.dirname(path.resolve(file)))),
  }
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    throw new UsageError(`Cannot use subject ${file}: ${messageOf(error)}`)
  }
}

function fill(description: Description, place: SubjectPlace, workingDirectory: string): SubjectDefinition {
  const put = (text: string): string => substitute(text, place)
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
    isToldWhich: [...description.command, ...Object.values(description.env)].some((text) =>
      LABEL_PLACEHOLDER.test(text),
    ),
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

function substitute(text: string, place: SubjectPlace): string {
  const values: Record<string, string> = {
    docker_host: place.dockerHost,
    out_dir: place.outDir,
    state_dir: place.stateDir,
    sink_url: place.sinkUrl,
    label: place.label,
  }
  return text.replaceAll(PLACEHOLDER, (_, key: string) => {
    const value = values[key]
    if (value === undefined) {
      throw new UsageError(`Cannot fill in {{${key}}}: expected one of ${Object.keys(values).join(', ')}`)
    }
    return value
  })
}

function explain(error: z.ZodError): string {
  return error.issues
    .map((issue) => `${issue.path.length === 0 ? 'the file' : issue.path.join('.')}: ${issue.message}`)
    .join('; ')
}

const LABEL_PLACEHOLDER = /\{\{\s*label\s*\}\}/
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

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}
