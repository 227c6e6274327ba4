import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type Docker from 'dockerode'
import { dockerClient } from '../docker/docker-host.ts'
import { endWorkloads, lastStoredLines } from '../docker/workload-log.ts'
import type { ContainersRequest, RunningContainers } from '../engines/engine-provider.ts'
import { DaemonProcess } from './daemon-process.ts'

/** The containers of one run on a simulated daemon that has no others. */
export class SimulatedContainers implements RunningContainers {
  readonly host: string
  readonly docker: Docker
  readonly #daemon: DaemonProcess
  readonly #directory: string
  readonly #names: readonly string[]

  private constructor(daemon: DaemonProcess, directory: string, names: readonly string[]) {
    this.host = daemon.host
    this.docker = dockerClient(daemon.host)
    this.#daemon = daemon
    this.#directory = directory
    this.#names = names
  }

  static async start(request: ContainersRequest): Promise<SimulatedContainers> {
    const directory = await mkdtemp(path.join(tmpdir(), 'watertight-daemon-'))
    try {
      const daemon = await DaemonProcess.start(path.join(directory, 'docker.sock'), request)
      return new SimulatedContainers(
        daemon,
        directory,
        request.workloads.map(({ name }) => name),
      )
    } catch (error) {
      await rm(directory, { recursive: true })
      throw error
    }
  }

  async end(): Promise<void> {
    await endWorkloads(this.docker, this.#names)
  }

  async emitted(): Promise<Map<string, number>> {
    return await lastStoredLines(this.docker, this.#names)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]()
    await rm(this.#directory, { recursive: true, force: true })
  }
}
