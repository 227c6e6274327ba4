import type { ContractCase } from '../contract-case.ts'
import { LogSeen, log } from '../log-seen.ts'
import { exit, gate, lines, out } from '../program.ts'
import type { Stage } from '../stage.ts'

const LINES = 300
const SPOILT = 150

/** The name of a container that has written {@link LINES} numbered lines, of which one is spoilt. */
async function withSpoiltRecord(stage: Stage): Promise<string> {
  const web = await stage.ran([lines(LINES, 20), exit(0)])
  await stage.arm.storedLogs.spoil(web, LINES - SPOILT + 1)
  return web
}

async function numbers(stage: Stage, web: string, tail: number | 'all'): Promise<number[]> {
  const seen = await stage.arm.logs(web, { tail })
  if (!(seen instanceof LogSeen)) throw new Error(`Cannot read ${web}: ${JSON.stringify(seen)}`)
  return seen
    .text('stdout')
    .split('\n')
    .slice(0, -1)
    .map((line) => Number(line.slice(0, 6)))
}

/** Numbers of lines as ranges, such as `1-149`. */
function ranges(lineNumbers: readonly number[]): string[] {
  const found: { from: number; to: number }[] = []
  for (const number of lineNumbers) {
    const last = found.at(-1)
    if (last?.to === number - 1) last.to = number
    else found.push({ from: number, to: number })
  }
  return found.map(({ from, to }) => `${from}-${to}`)
}

/** A log whose file is spoilt or emptied behind the engine's back. */
export const STORED_LOG_CASES: readonly ContractCase[] = [
  {
    name: 'a record that is spoilt is passed by 20.10, and for 26 ends the log with an error, with some of what is before it',
    needs: ['streams'],
    observe: async (stage) => {
      const web = await withSpoiltRecord(stage)
      const seen = await stage.arm.logs(web)
      const told = seen instanceof LogSeen ? seen.pieces.filter(([stream]) => stream === 'error') : seen
      const [first = '1-0', ...others] = ranges(await numbers(stage, web, 'all'))
      const isBefore = Number(first.split('-')[1]) < SPOILT
      const isComplete = first === `1-${SPOILT - 1}`
      return stage.arm.release === '20.10' ? [isComplete, told] : [isBefore, others, told]
    },
    expected: (release: string) =>
      release === '20.10'
        ? [true, []]
        : [
            true,
            [],
            [['error', `Error grabbing logs: invalid character '\\x00' looking for beginning of value\n`]],
          ],
  },
  {
    name: 'what lies behind a record that is spoilt is there for who asks for no more',
    observe: async (stage) => ranges(await numbers(stage, await withSpoiltRecord(stage), LINES - SPOILT)),
    expected: [`${SPOILT + 1}-${LINES}`],
  },
  {
    name: 'of a log that was emptied there is what was written since',
    observe: async (stage) => {
      const web = await stage.start([lines(20, 20), gate, out('a\n')])
      await stage.stored(web, 20)
      await stage.arm.storedLogs.empty(web)
      await stage.openGate(web)
      await stage.stored(web, 1)
      return await stage.arm.logs(web)
    },
    expected: log('out a'),
  },
  {
    name: 'the end of a log that was emptied is sent by 20.10, and by 26 never',
    observe: async (stage) => {
      const web = await stage.start([lines(20, 20), gate, out('a\nb\n')])
      await stage.stored(web, 20)
      await stage.arm.storedLogs.empty(web)
      await stage.openGate(web)
      await stage.stored(web, 2)
      const following = await stage.arm.follow(web, { tail: 1 })
      await stage.arm.sleep(500)
      following.close()
      return following.seen
    },
    expected: (release: string) => (release === '20.10' ? log('out b') : log()),
  },
  {
    name: 'a follow of a log that is emptied goes on by 20.10, and by 26 is silent',
    observe: async (stage) => {
      const web = await stage.start([out('a\n'), lines(20, 20), gate, out('b\n')])
      await stage.stored(web, 21)
      const following = await stage.arm.follow(web, { tail: 0 })
      await stage.arm.sleep(300)
      await stage.arm.storedLogs.empty(web)
      await stage.arm.sleep(300)
      await stage.openGate(web)
      await stage.arm.sleep(500)
      following.close()
      return following.seen
    },
    expected: (release: string) => (release === '20.10' ? log('out b') : log()),
  },
]
