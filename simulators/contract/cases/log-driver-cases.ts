import { answer } from '../answer.ts'
import type { ContractCase } from '../contract-case.ts'
import { log, LogSeen } from '../log-seen.ts'
import { err, exit, gate, lines, numberedLine, out, pause, type Program } from '../program.ts'
import type { Stage } from '../stage.ts'

/** Ten such lines fill a file of 10 KiB. */
const LINE_BYTES = 1000
const rotating = (files: number): { logOptions: Record<string, string> } => ({
  logOptions: { 'max-size': '10k', 'max-file': String(files) },
})

/** Numbers of the lines that are there, as `first-last`, and how many. */
function range(seen: unknown): unknown {
  if (!(seen instanceof LogSeen)) return seen
  const numbers = (seen.text('stdout').match(/^\d{6} /gm) ?? []).map(Number)
  return `${numbers[0]}-${numbers.at(-1)}: ${numbers.length}`
}

async function kept(stage: Stage, files: number, written: number): Promise<unknown> {
  const web = await stage.ran([lines(written, LINE_BYTES), exit(0)], rotating(files), `files${files}`)
  return range(await stage.arm.logs(web))
}

/** Single lines, slow enough for a follower to keep up. */
function slowly(from: number, to: number): Program {
  return Array.from({ length: to - from + 1 }, (_, index) => out(numberedLine(from + index, LINE_BYTES)))
}

/** Drivers, and what rotation keeps. */
export const LOG_DRIVER_CASES: readonly ContractCase[] = [
  {
    name: 'rotation keeps as many files as it may, the full ones whole',
    observe: async (stage) => [await kept(stage, 1, 35), await kept(stage, 2, 35), await kept(stage, 3, 35)],
    expected: ['31-35: 5', '21-35: 15', '11-35: 25'],
  },
  {
    name: 'a file that is full is rotated with the next line, not before',
    observe: async (stage) => [await kept(stage, 2, 20), await kept(stage, 3, 21)],
    expected: ['1-20: 20', '1-21: 21'],
  },
  {
    name: 'tail reaches over rotated files',
    observe: async (stage) => {
      const web = await stage.ran([lines(35, LINE_BYTES), exit(0)], rotating(3))
      const tail = async (count: number): Promise<unknown> =>
        range(await stage.arm.logs(web, { tail: count }))
      return [await tail(3), await tail(12), await tail(22), await tail(100)]
    },
    expected: ['33-35: 3', '24-35: 12', '14-35: 22', '11-35: 25'],
  },
  {
    name: 'since reaches over rotated files',
    observe: async (stage) => {
      const web = await stage.ran([...slowly(1, 25), exit(0)], rotating(3))
      const stamps = await stage.arm.stamps(web)
      return [
        range(await stage.arm.logs(web, { since: stamps[4]! })),
        range(await stage.arm.logs(web, { since: stamps[13]!, until: stamps[21]! })),
      ]
    },
    expected: ['5-25: 21', '14-22: 9'],
  },
  {
    name: 'a follower that keeps up misses nothing over a rotation',
    observe: async (stage) => {
      const program = [...slowly(1, 5), gate, ...slowly(6, 25), pause(100), exit(0)]
      const web = await stage.start(program, rotating(3))
      await stage.stored(web, 5)
      const following = await stage.arm.follow(web)
      await stage.until('what was there', () => following.seen.text('stdout').length >= 5 * LINE_BYTES)
      await stage.openGate(web)
      await stage.until('the end', () => following.ended)
      const numbers = new Set((following.seen.text('stdout').match(/^\d{6} /gm) ?? []).map(Number))
      return numbers.size
    },
    expected: 25,
  },
  {
    name: 'compressed files are read as well',
    observe: async (stage) => {
      const logOptions = { 'max-size': '10k', 'max-file': '3', compress: 'true' }
      const web = await stage.ran([lines(35, LINE_BYTES), exit(0)], { logOptions })
      return range(await stage.arm.logs(web))
    },
    expected: '11-35: 25',
  },
  {
    name: 'a log of driver local reads like one of json-file',
    observe: async (stage) => {
      const web = await stage.ran([out('a\n'), err('b\n'), out('\n'), out('d'), exit(0)], {
        logDriver: 'local',
      })
      const [, second = ''] = await stage.arm.stamps(web)
      return [
        await stage.arm.logs(web),
        await stage.arm.logs(web, { tail: 2 }),
        await stage.arm.logs(web, { since: second }),
      ]
    },
    expected: [
      log('out a', 'err b', 'out ', ['stdout', 'd']),
      log('out ', ['stdout', 'd']),
      log('err b', 'out ', ['stdout', 'd']),
    ],
  },
  {
    name: 'a log of driver none is refused',
    observe: async (stage) =>
      await stage.arm.logs(await stage.ran([out('a\n'), exit(0)], { logDriver: 'none' })),
    expected: answer(501, 'configured logging driver does not support reading'),
  },
]
