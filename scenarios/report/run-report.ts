import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../reference/errors.ts'
import { UsageError } from '../../reference/usage-error.ts'
import { ENGINE_NAMES } from '../engines/phase-engine.ts'
import { CONTAINER_KINDS } from '../phase.ts'
import { conclusionsOf, type Conclusion } from './conclusions.ts'
import type { RunResult } from './run-result.ts'

/** What `--json` prints and `report.json` holds. */
export interface RunReport {
  readonly schema: 1
  /** What each subject is good for, over all runs. */
  readonly conclusions: readonly Conclusion[]
  readonly runs: readonly RunResult[]
  /** What was still to be run when it was interrupted, in its order: `run --resume` runs it. Empty when all was run. */
  readonly left: readonly PlannedRun[]
}

/** A run as it was asked for on the command line. */
export interface PlannedRun {
  readonly phase: string
  readonly engine: (typeof ENGINE_NAMES)[number]
  /** A file, or `reference`. */
  readonly subject: string
  readonly scenario: string | null
  readonly compress: number
  readonly seed: number
  readonly defect: string | null
}

/** A report of these runs. */
export function reportOf(runs: readonly RunResult[], left: readonly PlannedRun[] = []): RunReport {
  return { schema: 1, conclusions: conclusionsOf(runs), runs, left }
}

/** The report as JSON with a newline at its end. Figures that are not finite become `null`. */
export function jsonText(report: RunReport): string {
  return `${JSON.stringify(report)}\n`
}

/** Reads what {@link jsonText} wrote. Reports from before a key was there have `null`, or nothing, for it. @throws UsageError when it is no report */
export async function readReport(file: string): Promise<RunReport> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`Cannot read the report: ${messageOf(error)}`)
  })
  return parseReport(text, file)
}

/** @param file for messages. @throws UsageError when it is no report */
export function parseReport(text: string, file: string): RunReport {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`Cannot read ${file}: no JSON: ${messageOf(error)}`)
  }
  const parsed = REPORT.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue?.path.join('.') ?? ''
  throw new UsageError(
    `Cannot read ${file}: no report of watertight run --json or --out: ${place === '' ? '' : `${place}: `}${issue?.message}`,
  )
}

/** Writes a file so that whoever looks finds the old one or the new one, whole. Makes its directory. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(`${file}.part`, text)
  await rename(`${file}.part`, file)
}

const optional = <T extends z.ZodType>(type: T): z.ZodDefault<z.ZodNullable<T>> =>
  type.nullable().default(null)
const COLUMN = optional(z.array(z.number().nullable()).readonly())
const COUNT = z.number()

const SERIES = z.object({
  t: z.array(z.number()).readonly(),
  tasks: COLUMN,
  fds: COLUMN,
  rssBytes: COLUMN,
  streams: COLUMN,
  rotations: COLUMN,
  engineFds: COLUMN,
  engineTasks: COLUMN,
  utilization: COLUMN,
  threads: COLUMN,
  cpuSeconds: COLUMN,
  healthy: COLUMN,
  processes: COLUMN,
  connections: COLUMN,
  fdsByKind: optional(z.record(z.string(), z.array(z.number().nullable()).readonly())),
  delayP50Ms: COLUMN,
  delayP99Ms: COLUMN,
})

const CRITERION = z.object({
  id: z.string(),
  description: z.string(),
  measured: z.number().nullable(),
  unit: z.string(),
  comparator: z.enum(['<', '<=', '=', '>=', '>']),
  limit: z.number(),
  pass: z.boolean().nullable(),
  interval: optional(z.tuple([z.number(), z.number()])),
  evidence: z.array(z.string()).default([]),
})

const SETUP = z.object({
  requirement: z.string().default(''),
  description: z.string().default(''),
  phaseSeconds: z.number().default(0),
  containers: z.number().default(0),
  load: z.partialRecord(z.enum(CONTAINER_KINDS), z.number()).default({}),
  slots: z.number().default(0),
  configuration: z.string().default(''),
  machine: z.string().default(''),
})

const RUN = z.object({
  phase: z.string(),
  engine: z.enum(ENGINE_NAMES),
  subject: z.string(),
  seed: z.number(),
  compress: z.number(),
  defect: optional(z.string()),
  startedAt: z.string(),
  durationSeconds: z.number(),
  virtualSeconds: z.number().nullable(),
  traceHash: z.string().nullable(),
  pass: z.boolean(),
  interrupted: z.boolean().default(false),
  criteria: z.array(CRITERION),
  lines: z.object({
    emitted: COUNT,
    delivered: COUNT,
    missing: COUNT,
    duplicated: COUNT,
    outOfOrder: COUNT,
    unexpected: COUNT.default(0),
    missingRead: optional(COUNT),
    examples: z.array(z.string()).default([]),
  }),
  delays: optional(z.object({ count: COUNT, p50Ms: COUNT, p99Ms: COUNT, maxMs: COUNT })),
  faults: z
    .array(z.object({ name: z.string(), fromSeconds: COUNT, toSeconds: COUNT.nullable() }))
    .default([]),
  series: SERIES,
  setup: SETUP.default(() => SETUP.parse({})),
})

const ANSWER = z.enum(['yes', 'no', 'not shown'])

const REPORT = z.object({
  schema: z.literal(1),
  conclusions: z
    .array(z.object({ subject: z.string(), leaks: ANSWER, hangs: ANSWER, loses: ANSWER, repeats: ANSWER }))
    .default([]),
  runs: z.array(RUN),
  left: z
    .array(
      z.object({
        phase: z.string(),
        engine: z.enum(ENGINE_NAMES),
        subject: z.string(),
        scenario: z.string().nullable(),
        compress: z.number(),
        seed: z.number(),
        defect: z.string().nullable(),
      }),
    )
    .default([]),
})
