import type { z } from 'zod'
import { section } from '../section.ts'
import { count, durationFrom, flag, sizeFrom } from '../values.ts'

export const anomaly = section({
  enabled: flag.default(false).describe('watch; see docs/anomalies.md'),
  trainingIntervalMs: durationFrom('1s', '24h')
    .prefault('10m')
    .describe('how often what was seen becomes what is usual; from 1 to 120 times window'),
  windowMs: durationFrom('1s', '1h')
    .prefault('1m')
    .describe('lines are counted in windows of this length; another one begins to learn anew'),
  threshold: count(2, 100)
    .default(4)
    .describe(
      'how far beyond what is usual is told, in robust standard deviations: less finds more, and more of what is nothing',
    ),
  templatesPerSource: count(8, 500).default(64).describe('kinds of lines that are told apart in one source'),
  bytesPerSecond: sizeFrom('1KiB', '1GiB')
    .prefault('1MiB')
    .describe('lines that are looked at, at most; what is beyond that is left out of it and counted'),
  cpuPercent: count(1, 100)
    .default(5)
    .describe('of one processor, for looking at lines; what there is no time for is left out and counted'),
  memoryBytesMax: sizeFrom('1MiB', '16GiB')
    .prefault('32MiB')
    .describe('for what is learnt; of sources that wrote nothing for longest it is forgotten'),
}).describe(
  'finds sources that write more or less than usual, new kinds of lines, or another mix of them; it holds up no line',
)

export interface AnomalyConfig extends Readonly<z.output<typeof anomaly>> {}
