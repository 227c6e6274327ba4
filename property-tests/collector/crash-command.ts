import fc from 'fast-check'
import { anyCommand, Step, type Command } from './commands.ts'

/** Everything that may happen to a collector, and that it is crashed in the middle of it. */
export function anyCommandOrCrash(): fc.Arbitrary<Command> {
  return fc.oneof({ weight: 4, arbitrary: anyCommand() }, { weight: 1, arbitrary: crashCommand })
}

/** Few events, to crash in the middle of a start, of a checkpoint or of the crash before; many, to crash in the middle of reading. */
const eventsBefore = fc.oneof(fc.nat(60), fc.nat(2000))

const crashCommand: fc.Arbitrary<Command> = fc
  .tuple(fc.constantFrom('kill' as const, 'power' as const), eventsBefore, fc.boolean())
  .map(
    ([kind, events, waits]) =>
      new Step(
        `${events} events happen, then ${kind === 'kill' ? 'kill -9' : 'a power cut'}; ${waits ? 'start' : 'begin to start'}`,
        null,
        () => true,
        async (rig) => {
          await rig.world.step(events)
          rig.crash(kind)
          if (waits) await rig.start()
          else rig.beginStart()
        },
      ),
  )
