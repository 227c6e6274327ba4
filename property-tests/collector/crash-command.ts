import fc from 'fast-check'
import type { CrashKind, FileFault, FileFaultScope } from '../../simulators/index.ts'
import type { CollectorRig } from './collector-rig.ts'
import { Step, type Command } from './command.ts'
import { anyCommand } from './commands.ts'

/** Everything that may happen to a collector, and that it is crashed in the middle of it. */
export function anyCommandOrCrash(): fc.Arbitrary<Command> {
  return fc.oneof({ weight: 4, arbitrary: anyCommand() }, { weight: 1, arbitrary: crashCommand })
}

/** Few events, to crash in the middle of a start, of a checkpoint or of what the crash before left to do; many, in the middle of reading. */
const eventsBefore = fc.oneof(fc.nat(60), fc.nat(2000))

/** What the disk does wrong until the crash. A stop could miss its deadline over it, so no stop comes in between. */
const fileTrouble = fc.record({
  fault: fc.oneof(
    fc.constantFrom<FileFault>(
      { kind: 'torn' },
      { kind: 'short' },
      { kind: 'hang' },
      { kind: 'slow', delayMs: 3000 },
      { kind: 'error', code: 'EIO' },
      { kind: 'error', code: 'EMFILE' },
    ),
    fc.nat(5000).map((afterBytes) => ({ kind: 'no-space', afterBytes }) as const),
  ),
  scope: fc.record<FileFaultScope>({ chance: fc.constantFrom(0.2, 1) }),
})

const crashCommand: fc.Arbitrary<Command> = fc
  .record({
    kind: fc.constantFrom<CrashKind>('kill', 'power'),
    events: eventsBefore,
    trouble: fc.option(fileTrouble),
    lines: fc.constantFrom(0, 100),
    waits: fc.boolean(),
  })
  .map(
    ({ kind, events, trouble, lines, waits }) =>
      new Step(
        `${describeTrouble(trouble)}everyone writes ${lines} lines, ${events} events happen, then ${kind === 'kill' ? 'kill -9' : 'a power cut'}; ${waits ? 'start' : 'begin to start'}`,
        null,
        () => true,
        async (rig) => {
          if (trouble !== null) {
            rig.disturbed()
            rig.disturbDisk(trouble.fault, trouble.scope)
          }
          for (const { name } of rig.engine.containers) writeLines(rig, name, lines)
          await rig.world.step(events)
          rig.crash(kind)
          if (trouble !== null) rig.mendDisk()
          if (waits) await rig.start()
          else rig.beginStart()
        },
      ),
  )

/** So that something is under way. */
function writeLines(rig: CollectorRig, name: string, lines: number): void {
  if (!rig.canWrite(name, 'stdout', '\n')) return
  for (let line = 0; line < lines; line++)
    rig.engine.container(name).writeNumberedLine({ stream: 'stdout', lineBytes: { min: 40, max: 80 } })
}

function describeTrouble(trouble: { fault: FileFault; scope: FileFaultScope } | null): string {
  return trouble === null ? '' : `${JSON.stringify(trouble.fault)} of files, `
}
