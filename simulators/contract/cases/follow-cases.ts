import type { LogOptions } from '../arm.ts'
import type { ContractCase } from '../contract-case.ts'
import { log, type LogSeen } from '../log-seen.ts'
import { err, exit, gate, out, pause, type Program } from '../program.ts'
import { stampOfMs } from '../stamps.ts'
import type { Stage } from '../stage.ts'

/** What a follower has got when the engine has ended its reply. */
async function followed(
  stage: Stage,
  web: string,
  options: LogOptions,
  act: (seen: () => LogSeen) => Promise<unknown>,
): Promise<LogSeen> {
  const following = await stage.arm.follow(web, options)
  try {
    await act(() => following.seen)
    await stage.until('the end of the follow', () => following.ended)
    return following.seen
  } finally {
    following.close()
  }
}

const bytesIn = (seen: LogSeen): number => seen.pieces.reduce((sum, [, text]) => sum + text.length, 0)

/** Starts a program, follows it, and opens its gate when the follower has all that was written before. */
async function followedThroughGate(
  stage: Stage,
  before: Program,
  after: Program,
  options: LogOptions = {},
  bytesBefore = before.length * 2,
): Promise<LogSeen> {
  const web = await stage.start([...before, gate, ...after, pause(100), exit(0)])
  await stage.stored(web, before.length)
  return await followed(stage, web, options, async (seen) => {
    await stage.until('what was there', () => bytesIn(seen()) >= bytesBefore)
    await stage.arm.sleep(50)
    await stage.openGate(web)
  })
}

/** Follows a container that has written a line, and does something to it. */
async function followedWhile(stage: Stage, act: (web: string) => Promise<unknown>): Promise<LogSeen> {
  const web = await stage.start([out('a\n'), gate, out('b\n')])
  await stage.stored(web, 1)
  return await followed(stage, web, {}, async (seen) => {
    await stage.until('what was there', () => bytesIn(seen()) === 2)
    await act(web)
  })
}

/** A log that is followed. */
export const FOLLOW_CASES: readonly ContractCase[] = [
  {
    name: 'a follow sends what was and what comes, and ends with the container',
    observe: async (stage) =>
      await followedThroughGate(stage, [out('a\n'), err('b\n')], [out('c\n'), err('d\n')]),
    expected: log('out a', 'err b', 'out c', 'err d'),
  },
  {
    name: 'a follow with a tail begins with the last messages',
    observe: async (stage) =>
      await followedThroughGate(stage, [out('a\n'), err('b\n')], [out('c\n')], { tail: 1 }, 2),
    expected: log('err b', 'out c'),
  },
  {
    name: 'a follow with a tail of 0 sends only what comes',
    observe: async (stage) =>
      await followedThroughGate(stage, [out('a\n'), err('b\n')], [out('c\n'), err('d\n')], { tail: 0 }, 0),
    expected: log('out c', 'err d'),
  },
  {
    name: 'a follow with a tail of all sends everything',
    observe: async (stage) =>
      await followedThroughGate(stage, [out('a\n'), err('b\n')], [out('c\n')], { tail: 'all' }),
    expected: log('out a', 'err b', 'out c'),
  },
  {
    name: 'a follow of one stream leaves the other out',
    needs: ['streams'],
    observe: async (stage) =>
      await followedThroughGate(
        stage,
        [out('a\n'), err('b\n')],
        [out('c\n'), err('d\n')],
        { stdout: false },
        2,
      ),
    expected: log('err b', 'err d'),
  },
  {
    name: 'a follow with timestamps has them on what comes too',
    observe: async (stage) =>
      await followedThroughGate(stage, [out('a\n')], [err('b\n')], { timestamps: true }),
    expected: log('out STAMP a', 'err STAMP b'),
  },
  {
    name: 'a follow since a stamp begins with the message that has it',
    observe: async (stage) => {
      const web = await stage.start([out('a\n'), err('b\n'), gate, out('c\n'), pause(100), exit(0)])
      await stage.stored(web, 2)
      const since = (await stage.arm.stamps(web))[1]!
      return await followed(stage, web, { since }, async (seen) => {
        await stage.until('what was there', () => bytesIn(seen()) === 2)
        await stage.openGate(web)
      })
    },
    expected: log('err b', 'out c'),
  },
  {
    name: 'a follow since a moment to come leaves out what is written before it',
    observe: async (stage) => {
      const web = await stage.start([gate, out('a\n'), pause(2500), out('b\n'), pause(100), exit(0)])
      const since = stampOfMs(stage.arm.now() + 1500)
      return await followed(stage, web, { since }, async () => await stage.openGate(web))
    },
    expected: log('out b'),
  },
  {
    name: 'a follow until a moment that was sends nothing behind it, and ends: at once, or by 20.10 with the next message',
    observe: async (stage) => {
      const web = await stage.start([out('a\n'), err('b\n'), out('c\n'), gate, out('d\n')])
      await stage.stored(web, 3)
      const until = (await stage.arm.stamps(web))[1]!
      const following = await stage.arm.follow(web, { until })
      await stage.until('what was there', () => bytesIn(following.seen) === 4)
      await stage.arm.sleep(300)
      const endedAtOnce = following.ended
      await stage.openGate(web)
      await stage.until('the end', () => following.ended)
      return [endedAtOnce, following.seen]
    },
    expected: (release: string) => [release !== '20.10', log('out a', 'err b')],
  },
  {
    name: 'a follow until a moment to come ends with the first message behind it',
    observe: async (stage) => {
      const web = await stage.start([out('a\n'), gate, out('b\n'), gate, out('c\n')])
      await stage.stored(web, 1)
      const until = stampOfMs(stage.arm.now() + 1500)
      return await followed(stage, web, { until }, async () => {
        await stage.openGate(web)
        await stage.stored(web, 2)
        await stage.arm.sleep(1800)
        await stage.openGate(web)
      })
    },
    expected: log('out a', 'out b'),
  },
  {
    name: 'a follow of what has ended is what there is, and ends',
    observe: async (stage) => {
      const web = await stage.ran([out('a\n'), err('b\n'), exit(0)])
      return [
        await followed(stage, web, {}, async () => {}),
        await followed(stage, web, { tail: 1 }, async () => {}),
        await followed(stage, web, { tail: 0 }, async () => {}),
      ]
    },
    expected: [log('out a', 'err b'), log('err b'), log()],
  },
  {
    name: 'a follow of what was never started is empty, and ends',
    observe: async (stage) => await followed(stage, await stage.create(), {}, async () => {}),
    expected: log(),
  },
  {
    name: 'a follow ends with a stop',
    observe: async (stage) => await followedWhile(stage, async (web) => await stage.do('stop', web)),
    expected: log('out a'),
  },
  {
    name: 'a follow ends with a kill',
    observe: async (stage) => await followedWhile(stage, async (web) => await stage.do('kill', web)),
    expected: log('out a'),
  },
  {
    name: 'a follow ends with a restart, and does not go on',
    observe: async (stage) => await followedWhile(stage, async (web) => await stage.do('restart', web)),
    expected: log('out a'),
  },
  {
    name: 'a follow ends with a removal',
    observe: async (stage) =>
      await followedWhile(stage, async (web) => await stage.do('remove', web, { force: true })),
    expected: log('out a'),
  },
  {
    name: 'a follow goes on through a renaming',
    observe: async (stage) => {
      stage.adopt('app')
      return await followedWhile(stage, async (web) => {
        await stage.do('rename', web, { name: stage.name('app') })
        await stage.openGate(stage.name('app'))
        await stage.stored(stage.name('app'), 2)
        await stage.arm.sleep(100)
        await stage.do('stop', stage.name('app'))
      })
    },
    expected: log('out a', 'out b'),
  },
  {
    name: 'a follow is silent through a pause, and goes on',
    observe: async (stage) => {
      const web = await stage.start([gate, out('a\n'), pause(1500), out('b\n'), pause(100), exit(0)])
      let paused: LogSeen | undefined
      const all = await followed(stage, web, {}, async (seen) => {
        await stage.openGate(web)
        await stage.until('the first line', () => bytesIn(seen()) === 2)
        await stage.do('pause', web)
        await stage.arm.sleep(1900)
        paused = seen()
        await stage.do('unpause', web)
      })
      return [paused, all]
    },
    expected: [log('out a'), log('out a', 'out b')],
  },
  {
    name: 'a line without its end is not sent before the container ends',
    observe: async (stage) => {
      const web = await stage.start([out('a\n'), out('b'), gate, out('c'), gate])
      await stage.stored(web, 1)
      let before: LogSeen | undefined
      const all = await followed(stage, web, {}, async (seen) => {
        await stage.openGate(web)
        await stage.arm.sleep(150)
        before = seen()
        await stage.do('stop', web)
      })
      return [before, bytesIn(all) >= 2]
    },
    expected: [log('out a'), true],
  },
  {
    name: 'two followers are sent the same, whenever they came',
    observe: async (stage) => {
      const web = await stage.start([out('a\n'), gate, out('b\n'), gate, out('c\n'), pause(100), exit(0)])
      await stage.stored(web, 1)
      const early = await stage.arm.follow(web)
      await stage.openGate(web)
      await stage.stored(web, 2)
      const late = await stage.arm.follow(web)
      await stage.until('what was there', () => bytesIn(late.seen) === 4)
      await stage.openGate(web)
      await stage.until('the end', () => early.ended && late.ended)
      return [early.seen, late.seen]
    },
    expected: [log('out a', 'out b', 'out c'), log('out a', 'out b', 'out c')],
  },
  {
    name: 'a log goes on over a restart',
    observe: async (stage) => {
      const web = await stage.ran([out('a\n'), err('b'), exit(0)])
      await stage.do('start', web)
      await stage.do('wait', web)
      return [await stage.arm.logs(web), await stage.arm.logs(web, { tail: 1 })]
    },
    expected: [log('out a', ['stderr', 'b'], 'out a', ['stderr', 'b']), log(['stderr', 'b'])],
  },
  {
    name: 'a log can be read while the container is paused, and after its end',
    observe: async (stage) => {
      const web = await stage.start([out('a\n')])
      await stage.stored(web, 1)
      await stage.do('pause', web)
      const paused = await stage.arm.logs(web)
      await stage.do('unpause', web)
      await stage.do('stop', web)
      return [paused, await stage.arm.logs(web)]
    },
    expected: [log('out a'), log('out a')],
  },
  {
    name: 'the log of what was never started is empty',
    observe: async (stage) => {
      const web = await stage.create()
      return [await stage.arm.logs(web), await stage.arm.logs(web, { tail: 1 })]
    },
    expected: [log(), log()],
  },
  {
    name: 'of what is written just before the end 20.10 may leave out two messages, 26 none',
    observe: async (stage) => {
      const web = await stage.start([gate, out('a\nb\nc\nd\ne\n'), exit(0)])
      const seen = await followed(stage, web, {}, async () => await stage.openGate(web))
      const missing = 'a\nb\nc\nd\ne\n'.length - bytesIn(seen)
      return stage.arm.release === '20.10' ? missing <= 4 : missing
    },
    expected: (release: string) => (release === '20.10' ? true : 0),
  },
]
