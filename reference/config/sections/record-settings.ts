import type { z } from 'zod'
import { METADATA_FIELDS } from '../../dispatch/attributes.ts'
import { section } from '../section.ts'
import {
  count,
  durationFrom,
  labelKeys,
  oneOf,
  optional,
  pattern,
  sizeFrom,
  someOf,
  text,
} from '../values.ts'

/** What every record of a container carries beside its own fields, where its format has a place for it. */
export const metadata = section({
  fields: someOf(METADATA_FIELDS)
    .default([])
    .describe('any of image, compose_project, compose_service, host'),
  labels: labelKeys
    .default([])
    .describe(
      'keys, such as tier or com.example.*, or * for all; they stand in an object of their own, labels',
    ),
  host: optional(text).meta({
    description: "what the field host says; by default this machine's name",
    example: 'web-1',
  }),
}).describe(
  'what records in JSON carry beside their own fields; at most 2048 characters in all, of what does not fit the log says so',
)

export interface MetadataConfig extends Readonly<z.output<typeof metadata>> {}

/** Pairs of patterns by name; what they are is in `docker/stages/multiline-rule.ts`. */
export const MULTILINE_PRESET_NAMES = ['indented', 'java', 'python', 'go'] as const

export type MultilinePreset = (typeof MULTILINE_PRESET_NAMES)[number]

/** Which lines are joined to one record, unless the container's own label says so. Nothing is joined without a preset and patterns. */
export const multiline = section({
  preset: optional(oneOf(MULTILINE_PRESET_NAMES)).meta({
    description: 'instead of patterns',
    example: 'java',
  }),
  start: optional(pattern).meta({
    description: 'a line that this regular expression matches begins a record',
    example: '^\\d{4}-',
  }),
  continue: optional(pattern).meta({
    description: 'a line that it matches goes on with the record before it; without it any that begins none',
    example: '^\\s',
  }),
  timeoutMs: durationFrom('10ms', '1h')
    .prefault('1s')
    .describe(
      'a line that was written this much later begins a record, and one to which nothing came for so long is delivered',
    ),
  maxLines: count(2, 100_000).default(500).describe('most lines of a record'),
  maxBytes: sizeFrom('1KiB', '16MiB').prefault('64KiB').describe('most bytes of a record'),
})
  // `continue` is a word of the language.
  .transform(({ continue: continues, ...rest }) => ({ ...rest, continues }))
  .describe(
    'lines that belong together are one record, with newlines in it; each stream by itself. By default each line is a record',
  )

export interface MultilineConfig extends Readonly<z.output<typeof multiline>> {}

/** How much of each container's output is taken, in lines or in bytes; both null: all of it. */
export const rateLimit = section({
  linesPerSecond: optional(count(1, 10_000_000)).meta({
    description: 'by default all lines are taken',
    example: 1000,
  }),
  bytesPerSecond: optional(sizeFrom('1B', '16GiB')).meta({
    description: 'instead of lines_per_second',
    example: '1MiB',
  }),
  burstMs: durationFrom('1s', '1h').prefault('5s').describe('at once as much as the rate gives in this time'),
  whenExceeded: oneOf(['drop', 'delay'])
    .default('delay')
    .describe('delay reads more slowly: what the engine rotates away meanwhile is lost, and told as a gap'),
}).describe('how much of each container is taken; what is beyond it is counted. By default everything is')

export interface RateLimitConfig extends Readonly<z.output<typeof rateLimit>> {}
