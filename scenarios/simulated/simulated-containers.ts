import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { playTimeline, RealTimeHost, type ScenarioStep, type SinkMachine } from '../../simulators/index.ts'
import type { ContainersRequest, EndedContainer, RunningContainers } from '../engines/engine-provider.ts'
import { DaemonProcess } from './daemon-process.ts'
import { isForSink, reportProblem, scenarioOf, type PhaseScenario, type PhaseStep } from './phase-scenario.ts'

/** The containers of one run on a simulated daemon that has no others. */
export class SimulatedContainers implements RunningContainers {
  readonly host: string
  readonly ordered: NonNullable<RunningContainers['ordered']>
  readonly #daemon: DaemonProcess
  readonly #directory: string
  readonly #sinkTimeline: readonly ScenarioStep<SinkMachine>[]
  readonly #time: RealTimeHost

  private constructor(
    daemon: DaemonProcess,
    directory: string,
    timeline: readonly PhaseStep[],
    seed: number,
  ) {
    this.host = daemon.host
    this.#daemon = daemon
    this.#directory = directory
    this.ordered = timeline.map(({ atMs, forMs, fault }) => ({ name: fault.name, atMs, forMs }))
    this.#sinkTimeline = timeline.filter(isForSink)
    this.#time = new RealTimeHost(seed)
  }

  /** @throws UsageError when the scenario is wrong */
  static async start(
    request: ContainersRequest,
    scenario: PhaseScenario | null,
  ): Promise<SimulatedContainers> {
    const names = request.workloads.map(({ name }) => name)
    // The daemon's process reads it again, for the steps that are for the engine.
    const { timeline } = scenarioOf(scenario, names)
    const directory = await mkdtemp(path.join(tmpdir(), 'watertight-daemon-'))
    try {
      const socketPath = path.join(directory, 'docker.sock')
      const daemon = await DaemonProcess.start({ ...request, socketPath, scenario })
      return new SimulatedContainers(daemon, directory, timeline, request.seed)
    } catch (error) {
      await rm(directory, { recursive: true })
      throw error
    }
  }

  beginPhase(machine: SinkMachine): void {
    this.#daemon.order('play')
    playTimeline(this.#time, machine, this.#sinkTimeline, reportProblem)
  }

  restartEngine(awayMs: number): Promise<void> {
    this.#daemon.order({ restartAwayMs: awayMs })
    return Promise.resolve()
  }

  runBriefly(name: string): Promise<void> {
    this.#daemon.order({ runBriefly: name })
    return Promise.resolve()
  }

  stepClock(byMs: number): Promise<void> {
    this.#daemon.order({ stepClock: { byMs: Math.abs(byMs), direction: byMs < 0 ? 'back' : 'forward' } })
    return Promise.resolve()
  }

  async end(): Promise<Map<string, EndedContainer>> {
    return await this.#daemon.endContainers()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#time[Symbol.dispose]()
    await this.#daemon[Symbol.asyncDispose]()
    await rm(this.#directory, { recursive: true, force: true })
  }
}
