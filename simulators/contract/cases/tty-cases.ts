import type { ContractCase } from '../contract-case.ts'
import { log, LogSeen } from '../log-seen.ts'
import { err, exit, gate, out, pause } from '../program.ts'

const TTY = { tty: true } as const
const raw = (text: string): LogSeen => log(['raw', text])
const LINES = [out('a\n'), err('b\n'), out('c\n'), exit(0)]

/** Containers with a terminal: no frames, one stream, CR LF. */
export const TTY_CASES: readonly ContractCase[] = [
  {
    name: 'with a TTY both streams are one, without frames, and lines end in CR LF',
    observe: async (stage) => await stage.arm.logs(await stage.ran(LINES, TTY)),
    expected: raw('a\r\nb\r\nc\r\n'),
  },
  {
    name: 'with a TTY everything counts as stdout',
    needs: ['streams'],
    observe: async (stage) => {
      const web = await stage.ran(LINES, TTY)
      return [await stage.arm.logs(web, { stderr: false }), await stage.arm.logs(web, { stdout: false })]
    },
    expected: [raw('a\r\nb\r\nc\r\n'), log()],
  },
  {
    name: 'with a TTY stamps stand before each line',
    observe: async (stage) => {
      const web = await stage.ran(LINES, TTY)
      return await stage.arm.logs(web, { timestamps: true, tail: 2 })
    },
    expected: raw('STAMP b\r\nSTAMP c\r\n'),
  },
  {
    name: 'with a TTY tail and since count lines as without',
    observe: async (stage) => {
      const web = await stage.ran(LINES, TTY)
      const [, second = ''] = await stage.arm.stamps(web)
      return [await stage.arm.logs(web, { tail: 1 }), await stage.arm.logs(web, { since: second })]
    },
    expected: [raw('c\r\n'), raw('b\r\nc\r\n')],
  },
  {
    name: 'with a TTY the stamps of a long line stand within it',
    observe: async (stage) => {
      const web = await stage.ran([out(`${'x'.repeat(16_384)}yz\n`), exit(0)], TTY)
      const seen = await stage.arm.logs(web, { timestamps: true })
      return seen instanceof LogSeen && seen.text('stdout').replace(/x+/, (run) => `<${run.length} x>`)
    },
    expected: 'STAMP <16384 x>STAMP yz\r\n',
  },
  {
    name: 'with a TTY a follow sends what comes, and ends with the container',
    observe: async (stage) => {
      const web = await stage.start([out('a\n'), gate, out('b\n'), pause(100), exit(0)], TTY)
      await stage.stored(web, 1)
      const following = await stage.arm.follow(web)
      await stage.until('what was there', () => following.seen.pieces.length > 0)
      await stage.openGate(web)
      await stage.until('the end', () => following.ended)
      return following.seen
    },
    expected: raw('a\r\nb\r\n'),
  },
]
