import { z } from 'zod'
import type { SinkFigures } from '../dispatch/statistics.ts'
import type { MonitorState } from '../lifecycle/monitor-switch.ts'
import { reloadReportSchema, type ReloadReport } from '../reload/reload-report.ts'
import type { RecentError } from './recent-errors.ts'

/** What the collector is doing, at one moment. */
export interface Status {
  readonly state: 'stopped' | 'starting' | 'running' | 'stopping'
  /** Those that the configuration enables. */
  readonly monitors: readonly MonitorState[]
  readonly streams: StreamsStatus
  readonly containers: readonly ContainerStatus[]
  readonly files: readonly FileStatus[]
  readonly pushed: readonly PushStatus[]
  readonly sinks: readonly SinkFigures[]
  /** What came of reading the configuration again the last time; null before the first. */
  readonly lastReload: ReloadReport | null
  /** The last ones, the latest first. */
  readonly errors: readonly RecentError[]
}

/** Log streams of containers, all together. */
export interface StreamsStatus {
  readonly open: number
  /** As many may be open. */
  readonly slots: number
  /** Since the collector started. */
  readonly rotations: number
}

/** Behind the last record that was taken of a source: its epoch, and records over all epochs. */
export interface Place {
  readonly epoch: number
  readonly records: number
}

/** A container that is followed. */
export interface ContainerStatus {
  readonly id: string
  /** The one it has now. */
  readonly name: string
  /** Where its lines come from; null before that is decided. */
  readonly from: 'api' | 'files' | null
  /** Of the stream that is open; null without one. */
  readonly streamAgeMs: number | null
  readonly waitingForSlot: boolean
  /** How long it should have been read and was not; 0 when all is well. */
  readonly unreadForMs: number
  /** Null before the first record. */
  readonly position: Place | null
}

/** A log in files that is read. */
export interface FileStatus {
  readonly path: string
  readonly position: Place | null
  /** Why it cannot be read now. */
  readonly fault: string | null
}

/** A file that lines are pushed to. */
export interface PushStatus {
  /** In the directory of the file sink. */
  readonly path: string
  readonly position: Place | null
  /** When lines for it came last, wall time, ISO 8601. */
  readonly lastAt: string
}

export function placeOf(position: Place | undefined): Place | null {
  return position === undefined ? null : { epoch: position.epoch, records: position.records }
}

const place = z.strictObject({ epoch: z.int(), records: z.int() }).nullable()

const lifecycleState = z.enum(['stopped', 'starting', 'running', 'stopping'])

export const monitorSchema: z.ZodType<MonitorState> = z.strictObject({
  name: z.string(),
  state: lifecycleState,
  unfinished: z.array(z.string()),
})

export const statusSchema: z.ZodType<Status> = z.strictObject({
  state: lifecycleState,
  monitors: z.array(monitorSchema),
  streams: z.strictObject({ open: z.int(), slots: z.int(), rotations: z.int() }),
  containers: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      from: z.enum(['api', 'files']).nullable(),
      streamAgeMs: z.number().nullable(),
      waitingForSlot: z.boolean(),
      unreadForMs: z.number(),
      position: place,
    }),
  ),
  files: z.array(z.strictObject({ path: z.string(), position: place, fault: z.string().nullable() })),
  pushed: z.array(z.strictObject({ path: z.string(), position: place, lastAt: z.string() })),
  sinks: z.array(
    z.strictObject({
      sink: z.string(),
      lines: z.int(),
      bytes: z.int(),
      writes: z.int(),
      retried: z.int(),
      deadLetters: z.int(),
      queueBytes: z.int(),
      spoolBytes: z.int(),
    }),
  ),
  lastReload: reloadReportSchema.nullable(),
  errors: z.array(
    z.strictObject({
      level: z.enum(['warn', 'error']),
      message: z.string(),
      fields: z.record(z.string(), z.string()),
      count: z.int(),
      firstAt: z.string(),
      lastAt: z.string(),
    }),
  ),
})
