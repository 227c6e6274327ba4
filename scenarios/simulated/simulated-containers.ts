import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ContainersRequest, RunningContainers } from '../engines/engine-provider.ts'
import { DaemonProcess } from './daemon-process.ts'
import { scenarioOf, type PhaseScenario } from './phase-scenario.ts'

/** The containers of one run on a simulated daemon that has no others. */
export class SimulatedContainers implements RunningContainers {
  readonly host: string
  readonly #daemon: DaemonProcess
  readonly #directory: string

  private constructor(daemon: DaemonProcess, directory: string) {
    this.host = daemon.host
    this.#daemon = daemon
    this.#directory = directory
  }

  /** @throws UsageError when the scenario is wrong */
  static async start(
    request: ContainersRequest,
    scenario: PhaseScenario | null,
  ): Promise<SimulatedContainers> {
    // The process of the daemon reads it again; here it is told to the user when it is wrong.
    scenarioOf(
      scenario,
      request.workloads.map(({ name }) => name),
    )
    const directory = await mkdtemp(path.join(tmpdir(), 'watertight-daemon-'))
    try {
      const socketPath = path.join(directory, 'docker.sock')
      const daemon = await DaemonProcess.start({ ...request, socketPath, scenario })
      return new SimulatedContainers(daemon, directory)
    } catch (error) {
      await rm(directory, { recursive: true })
      throw error
    }
  }

  beginPhase(): void {
    this.#daemon.play()
  }

  async end(): Promise<Map<string, number>> {
    return await this.#daemon.endContainers()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]()
    await rm(this.#directory, { recursive: true, force: true })
  }
}
