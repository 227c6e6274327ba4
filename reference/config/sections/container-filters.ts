import type { z } from 'zod'
import { section } from '../section.ts'
import { flag, patterns, texts } from '../values.ts'

/** Which containers are followed, and which of their lines are taken. */
export const containerFilters = section({
  excludeSelf: flag.default(true).describe('not the container that the collector runs in'),
  includeLabels: texts
    .default([])
    .describe('containers that have one of these; [a, b] is every container that has a or b'),
  excludeLabels: texts.default([]).describe('no container that has one of these'),
  includeNames: patterns
    .prefault([])
    .describe('containers whose name, without its slash, one of these matches'),
  excludeNames: patterns.prefault([]).describe('no container whose name one of these matches'),
  includeLines: patterns
    .prefault([])
    .describe(
      'regular expressions on each line (its first 16 KiB), of every container; exclude_lines wins. What is left out is counted. Test them: one that takes long for a line, such as (a+)+$, holds up everything',
    ),
  excludeLines: patterns.prefault([]).describe('no line that one of these matches'),
}).describe(
  "names: regular expressions on the container's name; labels: key or key=value. One match of a list is enough (or); where both include lists are given each must have a match (and); exclude wins",
)

export interface ContainerFilters extends Readonly<z.output<typeof containerFilters>> {}
