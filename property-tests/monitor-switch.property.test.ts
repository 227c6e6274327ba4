import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { ApiRig, type ApiAnswer } from '../reference/http/api-rig.test-helper.ts'

const monitors = ['container/', 'file/', ''] as const

/** A pause, and what is asked for then: of which monitor, and whether another request comes before the first is done. */
const step = fc.record({
  pauseMs: fc.integer({ min: 0, max: 700 }),
  monitor: fc.constantFrom(...monitors),
  isHasty: fc.boolean(),
})

test.prop([fc.integer(), fc.array(step, { minLength: 100, maxLength: 100 })], {
  numRuns: 2,
  endOnFailure: true,
})(
  'monitors that are stopped and started 100 times, at any moment, lose and repeat no line and leave nothing behind',
  async (seed, steps) => {
    const rig = new ApiRig({ seed })
    const containers = [
      rig.add('web'),
      rig.add('db', { behaviour: { kind: 'bursty', everyMs: 900, lines: 30 } }),
      rig.add('tty', { tty: true }),
    ]
    rig.append('line 0')
    await rig.start()
    await rig.world.advance(30_000)
    const tasks = countsOf(rig)
    let line = 0
    for (const { pauseMs, monitor, isHasty } of steps) {
      const [stop, start] = [`/api/monitors/${monitor}stop`, `/api/monitors/${monitor}start`]
      const answers = isHasty
        ? await rig.postTogether(stop, start)
        : [
            await rig.post(stop),
            await pausedStart(rig, start, pauseMs, `line ${++line}, while it may be off`),
          ]
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      rig.append(`line ${++line}, while it may be on`)
      await rig.world.advance(pauseMs)
    }
    await rig.world.advance(30_000)
    expect(countsOf(rig)).toEqual(tasks)
    expect(await rig.get('/health/ready')).toEqual({ status: 200, body: { ready: true, reasons: [] } })

    for (const { name } of containers) rig.world.engine.exit(name)
    await rig.world.advance(10_000)
    expect(await rig.stop()).toEqual([])
    for (const container of containers) {
      const { sink, written } = rig.container(container)
      expect(sink).toBe(written)
    }
    expect(rig.file().sink).toBe(rig.file().written)
    expect(rig.world.ledger.list()).toEqual([])
    expect(rig.collector.tasks.list()).toEqual([])
  },
)

async function pausedStart(rig: ApiRig, path: string, pauseMs: number, line: string): Promise<ApiAnswer> {
  rig.append(line)
  await rig.world.advance(pauseMs)
  return await rig.post(path)
}

/** Live tasks by kind. */
function countsOf({ collector }: ApiRig): Record<string, number> {
  const counts = [...collector.tasks.counts()].filter(([, count]) => count > 0)
  return Object.fromEntries(counts.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
