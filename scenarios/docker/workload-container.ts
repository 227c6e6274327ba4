import type Docker from 'dockerode'
import { GenericContainer, PullPolicy, getContainerRuntimeClient } from 'testcontainers'
import {
  playTimeline,
  type ScenarioStep,
  type SinkMachine,
  type WireMachine,
} from '../../simulators/index.ts'
import { BEGINNING_OF_NUMBERED_LINE } from '../audit/numbered-line.ts'
import type { ContainersRequest, RunningContainers } from '../engines/engine-provider.ts'
import { reportProblem } from '../simulated/phase-scenario.ts'
import type { StoredLog, Workload } from '../workload.ts'
import { WORKLOAD_IMAGE } from './workload-image.ts'
import { workloadScript } from './workload-script.ts'

/** A container that writes a workload. The log driver is set explicitly, because the engine's default may be another. */
class WorkloadContainer extends GenericContainer {
  constructor(workload: Workload, labels: Readonly<Record<string, string>>) {
    super(WORKLOAD_IMAGE)
    this.withPullPolicy(PullPolicy.neverPull())
      .withName(workload.name)
      .withLabels({ ...labels, [OWNER_LABEL]: String(process.pid) })
      .withNetworkMode('none')
      .withCommand(['/bin/sh', '-c', workloadScript(workload)])
    this.createOpts.Tty = workload.writing.tty
    this.hostConfig.LogConfig = { Type: 'json-file', Config: logOptions(workload.writing.stored) }
  }
}

function logOptions(stored: StoredLog | null): Record<string, string> {
  if (stored === null) return {}
  return { 'max-size': String(stored.maxSizeBytes), 'max-file': String(stored.maxFiles) }
}

/** What is started, and what goes wrong once the phase has begun. */
export interface WorkloadsRequest extends ContainersRequest {
  readonly timeline: readonly ScenarioStep<WireMachine & SinkMachine>[]
}

/** The containers of one run on a real engine. */
export class RunningWorkloads implements RunningContainers {
  readonly host: string
  readonly #docker: Docker
  readonly #names: readonly string[]
  readonly ordered: NonNullable<RunningContainers['ordered']>
  readonly #timeline: WorkloadsRequest['timeline']

  private constructor(host: string, docker: Docker, { workloads, timeline }: WorkloadsRequest) {
    this.host = host
    this.#docker = docker
    this.#names = workloads.map((workload) => workload.name)
    this.#timeline = timeline
    this.ordered = timeline.map(({ atMs, forMs, fault }) => ({ name: fault.name, atMs, forMs }))
  }

  /** Starts them all at once. Whatever was left behind by runs that are over is removed first. */
  static async start(docker: Docker, host: string, request: WorkloadsRequest): Promise<RunningWorkloads> {
    const { workloads, labels } = request
    await removeLeftovers(docker)
    await connectTestcontainers(host)
    const running = new RunningWorkloads(host, docker, request)
    try {
      await Promise.all(workloads.map((workload) => new WorkloadContainer(workload, labels).start()))
    } catch (error) {
      await running[Symbol.asyncDispose]()
      throw error
    }
    return running
  }

  beginPhase(machine: SinkMachine & WireMachine): void {
    playTimeline(machine.engine.host, machine, this.#timeline, reportProblem)
  }

  async end(): Promise<Map<string, number>> {
    await Promise.all(this.#names.map((name) => this.#container(name).stop({ t: STOP_LIMIT_SECONDS })))
    const entries = this.#names.map(
      async (name) => [name, await lastStoredLine(this.#container(name))] as const,
    )
    return new Map(await Promise.all(entries))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#names.map((name) => removeContainer(this.#container(name))))
  }

  #container(name: string): Docker.Container {
    return this.#docker.getContainer(name)
  }
}

/** Testcontainers takes its engine from the environment, and its helpers need images that may not be had here. */
async function connectTestcontainers(host: string): Promise<void> {
  process.env['DOCKER_HOST'] = host
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] = '127.0.0.1'
  // Connecting once before many parallel starts makes them three to four times faster.
  await getContainerRuntimeClient()
}

/** Removes containers whose testbed is no longer alive. */
async function removeLeftovers(docker: Docker): Promise<void> {
  const containers = await docker.listContainers({ all: true, filters: { label: [OWNER_LABEL] } })
  const leftovers = containers.filter((container) => !isAlive(Number(container.Labels[OWNER_LABEL])))
  await Promise.all(leftovers.map((container) => removeContainer(docker.getContainer(container.Id))))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function removeContainer(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

/** dockerode's errors carry the status of the answer. */
function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === 404
}

async function lastStoredLine(container: Docker.Container): Promise<number> {
  const log = await container.logs({ stdout: true, stderr: true, tail: MESSAGES_OF_A_LINE })
  const beginnings = log.toString('latin1').matchAll(BEGINNING_OF_NUMBERED_LINE)
  return Number([...beginnings].at(-1)?.groups?.['line'] ?? 0)
}

/** A line of a megabyte is stored in 65. */
const MESSAGES_OF_A_LINE = 80

/** Carries the process id of the testbed that started the container. */
const OWNER_LABEL = 'watertight.owner'
const STOP_LIMIT_SECONDS = 10
