/** The process of a simulated daemon: its parent tells it what to do, and it ends when the parent is gone. */
import { once } from 'node:events'
import { faults, playScenario, SimulatedDaemon } from '../../simulators/index.ts'
import { addBrief, addWorkload } from './add-workload.ts'
import type { DaemonOrder, DaemonPlan, DaemonWord } from './daemon-process.ts'
import { isForEngine, reportProblem, scenarioOf } from './phase-scenario.ts'

const [plan]: DaemonPlan[] = await once(process, 'message')
const { socketPath, seed, workloads, labels } = plan!
const names = workloads.map(({ name }) => name)
const scenario = scenarioOf(plan!.scenario, names)
const gone = once(process, 'disconnect')

await using daemon = await SimulatedDaemon.listen({
  listen: { socketPath },
  seed,
  personality: scenario.personality,
})
const containers = workloads.map((workload) => addWorkload(daemon.engine, workload, labels))
using playing = new DisposableStack()
process.on('message', obey)
say({ listening: true })
await gone

function obey(order: DaemonOrder): void {
  if (order === 'play') play()
  else if (order === 'end') end()
  else if ('restartAwayMs' in order) daemon.inject(faults.restartEngine({ downMs: order.restartAwayMs }))
  else if ('runBriefly' in order) addBrief(daemon.engine, order.runBriefly, labels)
  else daemon.inject(faults.clockStep(order.stepClock))
}

function play(): void {
  const ofEngine = { ...scenario, timeline: scenario.timeline.filter(isForEngine) }
  playing.use(playScenario(daemon, ofEngine, reportProblem))
}

function end(): void {
  playing.dispose()
  say({ ended: containers.map((container, index) => [names[index]!, container.end()]) })
}

function say(word: DaemonWord): void {
  process.send!(word)
}
