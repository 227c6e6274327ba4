import type { LogOptions } from '../arm.ts'
import type { ContractCase } from '../contract-case.ts'
import { LogSeen, type LogPiece } from '../log-seen.ts'
import { err, exit, out } from '../program.ts'
import { shiftStamp } from '../stamps.ts'
import { withoutChance } from '../without-chance.ts'

const PROGRAM = [out('a\n'), err('b\n'), out('\n'), err('d\n'), out('e'), exit(0)]
const MESSAGES: readonly LogPiece[] = [
  ['stdout', 'a\n'],
  ['stderr', 'b\n'],
  ['stdout', '\n'],
  ['stderr', 'd\n'],
  ['stdout', 'e'],
]

/** What a log of those messages yields: the tail of it, of that what lies between the moments, of that the streams. */
function modelOf(options: LogOptions, stamps: readonly string[]): readonly LogPiece[] {
  const { stdout = true, stderr = true, timestamps = false, since = '', until = '~', tail = 'all' } = options
  const messages = MESSAGES.map((message, index) => ({ message, stamp: stamps[index]! }))
  return messages
    .slice(tail === 'all' ? 0 : Math.max(0, messages.length - tail))
    .filter(({ stamp }) => stamp >= since && stamp <= until)
    .map(({ message: [stream, text] }): LogPiece => [stream, timestamps ? `STAMP ${text}` : text])
    .filter(([stream]) => (stream === 'stdout' ? stdout : stderr))
}

/** Every combination of the streams, stamps, tails, and moments at, just before and just behind messages. */
function combinations(stamps: readonly string[]): LogOptions[] {
  const [first = '', second = '', third = '', , last = ''] = stamps
  const streams = [{}, { stdout: false }, { stderr: false }]
  const tails = [{}, { tail: 0 }, { tail: 2 }, { tail: 4 }, { tail: 9 }]
  const sinces = [undefined, first, second, shiftStamp(second, 1), shiftStamp(last, 1)]
  const untils = [undefined, shiftStamp(first, -1), third, shiftStamp(third, -1), last]
  return streams.flatMap((stream) =>
    tails.flatMap((tail) =>
      [false, true].flatMap((timestamps) =>
        sinces.flatMap((since) =>
          untils.map((until) => ({
            ...stream,
            ...tail,
            timestamps,
            ...(since !== undefined && { since }),
            ...(until !== undefined && { until }),
          })),
        ),
      ),
    ),
  )
}

/** All options at once. */
export const LOG_COMBINATION_CASES: readonly ContractCase[] = [
  {
    name: 'each of 750 combinations of options yields what its options yield one after the other',
    needs: ['streams'],
    observe: async (stage) => {
      const web = await stage.ran(PROGRAM)
      const stamps = await stage.arm.stamps(web)
      const wrong: unknown[] = []
      for (const options of combinations(stamps)) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other, to be easy on the engine
        const seen = await stage.arm.logs(web, options)
        const pieces = seen instanceof LogSeen ? seen.pieces : []
        const expected = JSON.stringify(modelOf(options, stamps))
        if (withoutChance(JSON.stringify(pieces)) !== expected) wrong.push([options, seen, expected])
      }
      return [combinations(stamps).length, wrong]
    },
    expected: [750, []],
  },
]
