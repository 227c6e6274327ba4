import fc from 'fast-check'
import type { CollectorRig } from '../collector/collector-rig.ts'
import { Step, type Command } from '../collector/command.ts'
import { SINK_KINDS, type RigSettings } from '../collector/rig-options.ts'

/** What a configuration may say otherwise while the collector runs, and, with other workers, what it may not. */
const settings: fc.Arbitrary<Partial<RigSettings>> = fc.record(
  {
    sinks: fc.subarray([...SINK_KINDS], { minLength: 1 }),
    checkpointIntervalMs: fc.constantFrom(100, 1000, 3000),
    maxConcurrent: fc.constantFrom(1, 25),
    workers: fc.constantFrom(4, 4, 4, 4, 1),
  },
  { requiredKeys: ['sinks'] },
)

/** The configuration is read again: another one, one that needs a restart, or nothing that can be used; waited for or not. */
export const reloadCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: settings.map((next) => step('reload', next, async (rig) => void (await rig.reload(next)))),
  },
  {
    weight: 3,
    arbitrary: settings.map((next) => step('begin to reload', next, (rig) => rig.beginReload(next))),
  },
  { weight: 1, arbitrary: fc.constant(step('reload', null, async (rig) => void (await rig.reload(null)))) },
)

function step(
  what: string,
  next: Partial<RigSettings> | null,
  run: (rig: CollectorRig) => Promise<void> | void,
): Command {
  return new Step(`${what}: ${JSON.stringify(next)}`, null, (rig) => rig.isRunning, run)
}
