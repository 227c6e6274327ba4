import type { z } from 'zod'
import { section } from '../section.ts'
import { count, durationFrom, flag, sizeFrom } from '../values.ts'

export const push = section({
  enabled: flag
    .default(false)
    .describe('take lines at POST /api/logs; they then wait on disk, whatever sinks there are'),
  bodyBytesMax: sizeFrom('1KiB', '64MiB')
    .prefault('1MiB')
    .describe('a request with a larger body is refused'),
  recordsMax: count(1, 1_000_000).default(10_000).describe('lines in one request; one with more is refused'),
  maxLineBytes: sizeFrom('1KiB', '64MiB')
    .prefault('256KiB')
    .describe('a request with a longer line is refused'),
  waitingBytesMax: sizeFrom('1MiB', '4GiB')
    .prefault('16MiB')
    .describe('memory for requests that are not answered yet; beyond it they are told to come again'),
  keysMax: count(1, 10_000)
    .default(256)
    .describe(
      'of each file, so many requests with an Idempotency-Key are known again; who sends one again must do so before as many others came',
    ),
  filesMax: count(1, 100_000)
    .default(1000)
    .describe('names that lines are pushed to; further ones are refused until one is forgotten'),
  forgetAfterMs: durationFrom('1m', '10000h')
    .prefault('24h')
    .describe('a name to which nothing was pushed for so long is forgotten; its file stays'),
}).describe('lines that programs send: POST /api/logs of the API')

export interface PushConfig extends Readonly<z.output<typeof push>> {}
