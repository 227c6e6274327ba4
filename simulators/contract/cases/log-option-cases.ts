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
    name: 'since takes in a message of that very stamp, and not one a nanosecond older',
    needs: ['selection'],
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
]
