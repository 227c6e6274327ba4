import type { Host } from '../world/host.ts'
import type { EngineMachine } from '../faults/streams/stream-fault-kind.ts'
import type { Scenario, ScenarioStep } from './scenario.ts'

/**
 * Adds the containers at once and plays the time line from now on, in the machine's own time. Dispose to leave out what has not happened yet; what
 * went wrong stays so.
 * @param onProblem told of a step that could not be played, such as one for a container that is gone
 */
export function playScenario<Machine extends EngineMachine>(
  machine: Machine,
  { containers, timeline }: Scenario<Machine>,
  onProblem: (problem: string) => void,
): Disposable {
  const { engine } = machine
  for (const options of containers) engine.addContainer(options)
  return playTimeline(engine.host, machine, timeline, onProblem)
}

/** The time line alone, as {@link playScenario}. */
export function playTimeline<Machine>(
  host: Host,
  machine: Machine,
  timeline: readonly ScenarioStep<Machine>[],
  onProblem: (problem: string) => void,
): Disposable {
  const events = timeline.map((step) =>
    host.schedule(step.atMs, `play ${step.fault.name}`, () => play(host, machine, step, onProblem)),
  )
  return { [Symbol.dispose]: () => events.forEach((event) => event.cancel()) }
}

function play<Machine>(
  host: Host,
  machine: Machine,
  { fault, container, atMs, forMs }: ScenarioStep<Machine>,
  onProblem: (problem: string) => void,
): void {
  try {
    const injected = fault.inject(machine)
    if (forMs === null) return
    host.schedule(forMs, `${fault.name} is over`, () => injected[Symbol.dispose]())
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    onProblem(`At ${atMs} ms, ${fault.name} of ${container ?? 'the machine'}: ${reason}`)
  }
}
