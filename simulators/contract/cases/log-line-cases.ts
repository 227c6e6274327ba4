import type { ContractCase } from '../contract-case.ts'
import { log, LogSeen } from '../log-seen.ts'
import { err, exit, gate, out, pause } from '../program.ts'

const CHUNK = 16_384
const x = (count: number): string => 'x'.repeat(count)

/** Long texts in a form that can be read in a report. */
function shortened(seen: unknown): unknown {
  if (!(seen instanceof LogSeen)) return seen
  return new LogSeen(
    seen.pieces.map(([stream, text]) => [stream, text.replaceAll(/x{3,}/g, (run) => `<${run.length} x>`)]),
  )
}

/** How lines become messages. */
export const LOG_LINE_CASES: readonly ContractCase[] = [
  {
    name: 'a last line without a newline is sent without one',
    observe: async (stage) => await stage.arm.logs(await stage.ran([out('a\n'), out('b'), exit(0)])),
    expected: log('out a', ['stdout', 'b']),
  },
  {
    name: 'empty lines are messages',
    observe: async (stage) => {
      const web = await stage.ran([out('\n\na\n\n'), err('\n'), exit(0)])
      return [await stage.arm.logs(web), await stage.arm.logs(web, { tail: 2 })]
    },
    expected: [log('out ', 'out ', 'out a', 'out ', 'err '), log('out ', 'err ')],
  },
  {
    name: 'a line that is written in parts is one message',
    observe: async (stage) =>
      await stage.arm.logs(await stage.ran([out('a'), out('b'), out('c\n'), exit(0)])),
    expected: log('out abc'),
  },
  {
    name: 'a line carries the stamp of its end, not of its beginning',
    observe: async (stage) => {
      const web = await stage.ran([out('a'), pause(200), err('b\n'), out('c\n'), exit(0)])
      return await stage.arm.logs(web, { timestamps: true })
    },
    expected: log('err STAMP b', 'out STAMP ac'),
  },
  {
    name: "a line of 16 KiB and more comes in pieces of 16 KiB, all with the first one's stamp",
    needs: ['streams'],
    observe: async (stage) => {
      const web = await stage.ran([out(`${x(2 * CHUNK + 5)}\n`), out('b\n'), exit(0)])
      const stamps = await stage.arm.stamps(web)
      return [shortened(await stage.arm.logs(web)), stamps.length, new Set(stamps).size]
    },
    expected: [
      log(['stdout', `<${CHUNK} x>`], ['stdout', `<${CHUNK} x>`], ['stdout', '<5 x>\n'], 'out b'),
      4,
      2,
    ],
  },
  {
    name: 'a line that fills 16 KiB with its newline is one message, and one byte more makes two',
    needs: ['streams'],
    observe: async (stage) => {
      const web = await stage.ran([out(`${x(CHUNK - 1)}\n`), out(`${x(CHUNK)}\n`), exit(0)])
      return shortened(await stage.arm.logs(web))
    },
    expected: log(['stdout', `<${CHUNK - 1} x>\n`], ['stdout', `<${CHUNK} x>`], ['stdout', '\n']),
  },
  {
    name: 'tail counts the pieces of a long line',
    needs: ['streams'],
    observe: async (stage) => {
      const web = await stage.ran([out(`${x(2 * CHUNK + 5)}\n`), exit(0)])
      return shortened(await stage.arm.logs(web, { tail: 2 }))
    },
    expected: log(['stdout', `<${CHUNK} x>`], ['stdout', '<5 x>\n']),
  },
  {
    name: 'the pieces of long lines of both streams lie between each other as they were completed',
    needs: ['streams'],
    observe: async (stage) => {
      const web = await stage.ran([out(x(CHUNK)), err(x(CHUNK)), out('a\n'), err('b\n'), exit(0)])
      return shortened(await stage.arm.logs(web))
    },
    expected: log(['stdout', `<${CHUNK} x>`], ['stderr', `<${CHUNK} x>`], 'out a', 'err b'),
  },
  {
    name: 'what is incomplete is not stored before the newline, the 16 KiB or the end',
    observe: async (stage) => {
      const web = await stage.start([out('a\n'), out('b'), gate, out(`${x(CHUNK - 1)}y`), gate, out('c\n')])
      await stage.stored(web, 1)
      await stage.arm.sleep(60)
      const before = (await stage.arm.stamps(web)).length
      await stage.openGate(web)
      await stage.stored(web, 2)
      await stage.arm.sleep(60)
      const between = (await stage.arm.stamps(web)).length
      await stage.openGate(web)
      await stage.stored(web, 3)
      return [before, between, shortened(await stage.arm.logs(web))]
    },
    expected: [1, 2, log('out a', ['stdout', `b<${CHUNK - 1} x>`], ['stdout', 'yc\n'])],
  },
  {
    name: 'characters of any kind come back as they were written',
    observe: async (stage) => {
      const text = 'tab\t quote" back\\slash <&> \u0001 \u001b[31mred é 漢 🦀 \u2028 end\r\n'
      return await stage.arm.logs(await stage.ran([out(text), exit(0)]))
    },
    expected: log([
      'stdout',
      Buffer.from('tab\t quote" back\\slash <&> \u0001 \u001b[31mred é 漢 🦀 \u2028 end\r\n').toString(
        'latin1',
      ),
    ]),
  },
  {
    name: 'a character that is cut at 16 KiB is lost with json-file, and whole with local, where 20.10 loses the newline',
    needs: ['streams'],
    observe: async (stage) => {
      const program = [out(`${x(CHUNK - 1)}é\n`), exit(0)]
      const web = await stage.ran(program)
      const local = await stage.ran(program, { logDriver: 'local' }, 'local')
      return [shortened(await stage.arm.logs(web)), shortened(await stage.arm.logs(local))]
    },
    expected: (release: string) => [
      log(['stdout', `<${CHUNK - 1} x>\u00ef\u00bf\u00bd`], ['stdout', '\u00ef\u00bf\u00bd\n']),
      log(['stdout', `<${CHUNK - 1} x>\u00c3`], ['stdout', release === '20.10' ? '\u00a9' : '\u00a9\n']),
    ],
  },
]
