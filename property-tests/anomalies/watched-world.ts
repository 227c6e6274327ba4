import fc from 'fast-check'
import { completeConfig } from '../../reference/config/complete-config.ts'
import { createCollector, type Collector } from '../../reference/main.ts'
import { World, type FileFault } from '../../simulators/index.ts'
import { someLines, type Content, CONTENTS } from './watched-lines.ts'

/** What happens to a collector in a world: containers write, time passes, the disk of the model is disturbed, the collector is started again. */
export type Happening =
  | { readonly what: 'write'; readonly container: number; readonly content: Content; readonly count: number }
  | { readonly what: 'pass'; readonly ms: number }
  | { readonly what: 'disturb'; readonly fault: FileFault | null }
  | { readonly what: 'restart'; readonly kind: 'clean' | 'kill' }

const CONTAINERS = 3

const FAULTS: readonly (FileFault | null)[] = [
  null,
  { kind: 'hang' },
  { kind: 'error', code: 'EIO' },
  { kind: 'error', code: 'ENOSPC' },
  { kind: 'torn' },
  { kind: 'slow', delayMs: 700 },
]

export const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        what: fc.constant('write' as const),
        container: fc.nat(CONTAINERS - 1),
        content: fc.constantFrom(...CONTENTS),
        count: fc.integer({ min: 1, max: 60 }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ what: fc.constant('pass' as const), ms: fc.constantFrom(100, 900, 3000, 9000) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ what: fc.constant('disturb' as const), fault: fc.constantFrom(...FAULTS) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        what: fc.constant('restart' as const),
        kind: fc.constantFrom('clean' as const, 'kill' as const),
      }),
    },
  ),
  { minLength: 6, maxLength: 16, size: 'max' },
)

export interface WatchedRun {
  /** By name. */
  readonly files: Readonly<Record<string, string>>
  /** What containers wrote, by the same names. */
  readonly written: Readonly<Record<string, string>>
  readonly traceHash: string
  /** Lines the detector looked at, and those that it did not. */
  readonly looked: number
}

/** A collector with or without detector in a world where that happens. In the end all is well, everything is delivered, and it is stopped. */
export async function watchedRun(
  seed: number,
  enabled: boolean,
  story: readonly Happening[],
): Promise<WatchedRun> {
  const world = new World({ seed, recordLocations: false })
  for (let number = 0; number < CONTAINERS; number++)
    world.engine.addContainer({ name: `c${number}`, behaviour: { kind: 'silent' } })
  let collector = await started(world, enabled)
  let looked = 0
  let disturbance: Disposable | null = null
  let lines = 0
  for (const happening of story) {
    // oxlint-disable no-await-in-loop -- one after the other
    switch (happening.what) {
      case 'write':
        for (const line of someLines(happening.content, happening.count, (lines += 100)))
          world.engine.container(`c${happening.container}`).write('stdout', Buffer.concat([line, NEWLINE]))
        break
      case 'pass':
        await world.advance(happening.ms)
        break
      case 'disturb':
        disturbance?.[Symbol.dispose]()
        disturbance =
          happening.fault === null
            ? null
            : world.fileSystem.disturb(happening.fault, { path: /anomaly-model/ })
        break
      case 'restart':
        looked += await lookedAt(collector)
        if (happening.kind === 'kill') world.crash({ kind: 'kill' })
        else await stopped(world, collector, disturbance !== null)
        collector = await started(world, enabled)
        break
    }
    // oxlint-enable no-await-in-loop
  }
  disturbance?.[Symbol.dispose]()
  for (const { name } of world.engine.everyContainer) world.engine.exit(name)
  await world.advance(10_000)
  looked += await lookedAt(collector)
  await stopped(world, collector, false)
  const names = world.engine.everyContainer.map(
    (each) => [each, `/logs/${each.name}-${each.id.slice(0, 12)}.log`] as const,
  )
  return {
    files: Object.fromEntries(names.map(([, name]) => [name, textOf(world.fileSystem.contents(name))])),
    written: Object.fromEntries(names.map(([container, name]) => [name, textOf(container.expected.view(0))])),
    traceHash: world.traceHash,
    looked,
  }
}

async function started(world: World, enabled: boolean): Promise<Collector> {
  const config = completeConfig({
    stateDir: '/state',
    sinks: { localFile: { directory: '/logs' } },
    anomaly: {
      enabled,
      windowMs: 1000,
      trainingIntervalMs: 3000,
      bytesPerSecond: 4096,
      templatesPerSource: 8,
    },
  })
  const collector = createCollector(config, world.ports())
  await world.run(() => collector.start())
  return collector
}

/** @throws Error when it took too long, or missed anything but the model where the disk of that is disturbed */
async function stopped(world: World, collector: Collector, isDisturbed: boolean): Promise<void> {
  const beganMs = world.nowMs
  const { missed } = await world.run(() => collector.stop())
  const tookMs = world.nowMs - beganMs
  const other = missed.filter(({ step }) => step !== 'anomaly model')
  if (tookMs > STOP_LIMIT_MS || other.length > 0 || (missed.length > 0 && !isDisturbed))
    throw new Error(`The stop took ${tookMs} ms and missed ${JSON.stringify(missed)}`)
}

async function lookedAt(collector: Collector): Promise<number> {
  const text = await collector.metrics.text()
  const samples = text.matchAll(/^log_capturer_anomaly_lines_(?:mined|skipped)_total(?:\{.*\})? (\d+)$/gm)
  return [...samples].reduce((sum, [, count]) => sum + Number(count), 0)
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

const NEWLINE = Buffer.from('\n')
/** The detector's own deadline, and what the rest takes where nothing hangs. */
const STOP_LIMIT_MS = 5000
