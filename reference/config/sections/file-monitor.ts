import type { z } from 'zod'
import { section } from '../section.ts'
import { count, durationFrom, flag, globs, oneOf, sizeFrom } from '../values.ts'

export const fileMonitor = section({
  enabled: flag.default(false).describe('read logs in files'),
  paths: globs.default([]).meta({
    description:
      'absolute paths and globs: * ? [a-z] {a,b}, ** for any directories. Rotated files (app.log.1, app.log-20260101) belong to the log they were renamed from, so that a glob need not meet them; compressed ones are never read. Such as [/var/log/app/*.log, "/srv/**/*.log"]',
  }),
  exclude: globs
    .default([])
    .describe(
      'paths and globs of files that are not read; goes before paths. What the collector itself writes is never read',
    ),
  from: oneOf(['start', 'now'])
    .default('start')
    .describe(
      'for files without a position that are there when the collector starts; files that come later are read whole',
    ),
  pollIntervalMs: durationFrom('10ms', '1m')
    .prefault('1s')
    .describe('how often a file is looked at; one that is silent up to four times less often'),
  discoveryIntervalMs: durationFrom('10ms', '1h')
    .prefault('2s')
    .describe('how often directories are searched for new files'),
  rotateWaitMs: durationFrom('0ms', '10m')
    .prefault('5s')
    .describe(
      'how long a file that was renamed away must be silent before the next one is begun: who writes may have it open still',
    ),
  forgetAfterMs: durationFrom('1s', '24h')
    .prefault('1m')
    .describe('how long a log must be gone before it is forgotten; its position is kept for a day'),
  maxOpenFiles: count(1, 100_000)
    .default(100)
    .describe('the least recently read one is closed, and opened again at its place'),
  maxLineBytes: sizeFrom('1KiB', '256MiB')
    .prefault('1MiB')
    .describe('a longer line is cut into lines of this length'),
  cutCarriageReturn: flag.default(false).describe('cut the carriage return of lines that end in CR LF'),
}).describe('reads logs in files, each path as one log')

export interface FileMonitorConfig extends Readonly<z.output<typeof fileMonitor>> {}
