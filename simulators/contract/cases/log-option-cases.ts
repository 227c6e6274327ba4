import { answer } from '../answer.ts'
import type { ContractCase } from '../contract-case.ts'
import { log } from '../log-seen.ts'
import { err, exit, out } from '../program.ts'
import { shiftStamp } from '../stamps.ts'

const FOUR = [out('a\n'), err('b\n'), out('c\n'), err('d\n'), exit(0)]

/** What a request for a log yields, option by option. */
export const LOG_OPTION_CASES: readonly ContractCase[] = [
  {
    name: 'a log has the messages of both streams in the order they were written',
    observe: async (stage) => await stage.arm.logs(await stage.ran(FOUR)),
    expected: log('out a', 'err b', 'out c', 'err d'),
  },
  {
    name: 'details are the labels the driver keeps, by name, before each message; a space where there are none',
    needs: ['http'],
    observe: async (stage) => {
      const labels = { one: '1', two: 'x y', three: '3' }
      const logOptions = { labels: 'two,one,none' }
      const program = [out('a\n'), exit(0)]
      const kept = await stage.ran(program, { tty: true, labels, logOptions })
      const none = await stage.ran(program, { tty: true, labels }, 'app')
      const read = async (web: string): Promise<string> =>
        (await stage.arm.http('GET', `/containers/${web}/logs?stdout=1&details=1`)).body
      return [await read(kept), await read(none)]
    },
    expected: ['one=1,two=x+y a\r\n', ' a\r\n'],
  },
  {
    name: 'tail counts messages of both streams',
    observe: async (stage) => {
      const web = await stage.ran(FOUR)
      return [await stage.arm.logs(web, { tail: 1 }), await stage.arm.logs(web, { tail: 3 })]
    },
    expected: [log('err d'), log('err b', 'out c', 'err d')],
  },
  {
    name: 'tail counts messages of both streams, whichever were asked for',
    needs: ['streams'],
    observe: async (stage) => {
      const web = await stage.ran(FOUR)
      return [
        await stage.arm.logs(web, { tail: 1, stderr: false }),
        await stage.arm.logs(web, { tail: 3, stderr: false }),
        await stage.arm.logs(web, { tail: 3, stdout: false }),
      ]
    },
    expected: [log(), log('out c'), log('err b', 'err d')],
  },
  {
    name: 'a tail of 0 is nothing, one beyond what is stored is everything',
    observe: async (stage) => {
      const web = await stage.ran(FOUR)
      return [
        await stage.arm.logs(web, { tail: 0 }),
        await stage.arm.logs(web, { tail: 4 }),
        await stage.arm.logs(web, { tail: 5 }),
        await stage.arm.logs(web, { tail: 'all' }),
      ]
    },
    expected: [
      log(),
      log('out a', 'err b', 'out c', 'err d'),
      log('out a', 'err b', 'out c', 'err d'),
      log('out a', 'err b', 'out c', 'err d'),
    ],
  },
  {
    name: 'a stream that was not asked for is left out',
    needs: ['streams'],
    observe: async (stage) => {
      const web = await stage.ran(FOUR)
      return [
        await stage.arm.logs(web, { stderr: false }),
        await stage.arm.logs(web, { stdout: false, timestamps: true }),
      ]
    },
    expected: [log('out a', 'out c'), log('err STAMP b', 'err STAMP d')],
  },
  {
    name: 'with timestamps every message begins with its own',
    observe: async (stage) => {
      const web = await stage.ran(FOUR)
      const stamps = await stage.arm.stamps(web)
      return [await stage.arm.logs(web, { timestamps: true }), new Set(stamps).size]
    },
    expected: [log('out STAMP a', 'err STAMP b', 'out STAMP c', 'err STAMP d'), 4],
  },
  {
    name: 'since takes in a message of that very stamp, and not one a nanosecond older',
    observe: async (stage) => {
      const web = await stage.ran(FOUR)
      const [, second = ''] = await stage.arm.stamps(web)
      return [
        await stage.arm.logs(web, { since: second }),
        await stage.arm.logs(web, { since: shiftStamp(second, 1) }),
        await stage.arm.logs(web, { since: shiftStamp(second, -1) }),
      ]
    },
    expected: [log('err b', 'out c', 'err d'), log('out c', 'err d'), log('err b', 'out c', 'err d')],
  },
  {
    name: 'until takes in a message of that very stamp, and not one a nanosecond newer',
    observe: async (stage) => {
      const web = await stage.ran(FOUR)
      const [, second = ''] = await stage.arm.stamps(web)
      return [
        await stage.arm.logs(web, { until: second }),
        await stage.arm.logs(web, { until: shiftStamp(second, -1) }),
        await stage.arm.logs(web, { until: shiftStamp(second, 1) }),
      ]
    },
    expected: [log('out a', 'err b'), log('out a'), log('out a', 'err b')],
  },
  {
    name: 'since and until together cut out what lies between',
    observe: async (stage) => {
      const web = await stage.ran(FOUR)
      const [, second = '', third = ''] = await stage.arm.stamps(web)
      return [
        await stage.arm.logs(web, { since: second, until: third }),
        await stage.arm.logs(web, { since: third, until: second }),
      ]
    },
    expected: [log('err b', 'out c'), log()],
  },
  {
    name: 'since is applied to what tail has left',
    observe: async (stage) => {
      const web = await stage.ran(FOUR)
      const [first = '', , third = ''] = await stage.arm.stamps(web)
      return [
        await stage.arm.logs(web, { since: first, tail: 1 }),
        await stage.arm.logs(web, { since: third, tail: 3 }),
        await stage.arm.logs(web, { since: third, tail: 1, timestamps: true }),
      ]
    },
    expected: [log('err d'), log('out c', 'err d'), log('err STAMP d')],
  },
  {
    name: 'until is applied to what tail has left',
    observe: async (stage) => {
      const web = await stage.ran(FOUR)
      const [, , third = ''] = await stage.arm.stamps(web)
      return [
        await stage.arm.logs(web, { until: third, tail: 2 }),
        await stage.arm.logs(web, { until: third, tail: 1 }),
      ]
    },
    expected: [log('out c'), log()],
  },
  {
    name: 'since beyond the end and until before the beginning leave nothing',
    observe: async (stage) => {
      const web = await stage.ran(FOUR)
      const [first = '', , , last = ''] = await stage.arm.stamps(web)
      return [
        await stage.arm.logs(web, { since: shiftStamp(last, 1) }),
        await stage.arm.logs(web, { until: shiftStamp(first, -1) }),
      ]
    },
    expected: [log(), log()],
  },
  {
    name: 'since is held against each message by 20.10, and by 26 until one is as new',
    observe: async (stage) => {
      // What comes of a long line in the end carries the stamp of its first piece.
      const web = await stage.ran([out('x'.repeat(16_384)), err('middle\n'), out('end\n'), exit(0)])
      const middle = (await stage.arm.stamps(web)).at(-1)!
      return await stage.arm.logs(web, { since: middle })
    },
    expected: (release: string) => (release === '20.10' ? log('err middle') : log('err middle', 'out end')),
  },
  {
    name: 'a log of no stream is refused',
    needs: ['streams', 'requests'],
    observe: async (stage) => await stage.arm.logs(await stage.ran(FOUR), { stdout: false, stderr: false }),
    expected: answer(400, 'Bad parameters: you must choose at least one stream'),
  },
  {
    name: 'the log of no container is refused',
    observe: async (stage) => await stage.arm.logs(stage.name('none')),
    expected: answer(404, 'No such container: none'),
  },
]
