import { expect, test } from 'vitest'
import { checkCollector, replayed } from './collector.property.ts'
import { CollectorRig } from './collector/collector-rig.ts'
import { CRASH_MARKS, missing } from './collector/marks.ts'
import { anyCommandOrCrash } from './collector/crash-command.ts'

const reached = new Set<string>()
const onMark = (mark: string): void => void reached.add(mark)

/** Pinned, so that a change and not chance decides whether the tests pass. These cases see defect C9, which no other property does in so few. */
const SEED = 20_260_127
const RUNS = 16
/** On a busy machine. */
const TIMEOUT_MS = 180_000
/** What is promised for them: lines and records are the engine's, each once. */
const ENGINES = ['20.10', '26', '28'] as const
/** On average at least. */
const CRASHES_EACH = 6

test(
  'a collector that is crashed at any event, again and again, and started on what is left, loses nothing and repeats nothing',
  async () => {
    let crashes = 0
    const { failure } = await checkCollector(
      replayed(
        {
          seed: SEED,
          numRuns: RUNS,
          shrink: false,
          engines: ENGINES,
          command: anyCommandOrCrash(),
          onMark,
          onCommand: (description) => {
            if (/kill -9|power cut/.test(description)) crashes += 1
          },
        },
        process.env,
      ),
    )
    if (failure !== null) expect.fail(failure)
    if (process.env['WATERTIGHT_SEED'] !== undefined) return
    expect(crashes).toBeGreaterThan(RUNS * CRASHES_EACH)
  },
  TIMEOUT_MS,
)

test('a line that is open when the power is cut is written once, whole, when it ends', async () => {
  const rig = new CollectorRig({ seed: 1, slots: 1, rotationIntervalMs: 300_000, engine: '28' })
  rig.addContainer('open lines', { name: 'web' })
  await rig.start()
  const web = rig.engine.container('web')
  web.writeNumberedLine()
  web.writeNumberedLine({ lineBytes: { min: 40_000, max: 40_000 } }, '')
  await rig.advance(LONG_ENOUGH_TO_SAVE_MS)
  rig.crash('power')
  await rig.start()
  web.writeNumberedLine()
  await rig.finish()
  rig.marks.forEach(onMark)
})

test('every interesting state that only a crash can bring about was reached', () => {
  if (process.env['WATERTIGHT_SEED'] === undefined) expect(missing(CRASH_MARKS, reached)).toEqual([])
})

const LONG_ENOUGH_TO_SAVE_MS = 10_000
