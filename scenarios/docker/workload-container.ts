import type Docker from 'dockerode'
import { GenericContainer, PullPolicy, getContainerRuntimeClient } from 'testcontainers'
import {
  playTimeline,
  type ScenarioStep,
  type SinkMachine,
  type WireMachine,
} from '../../simulators/index.ts'
import { BEGINNING_OF_NUMBERED_LINE } from '../audit/numbered-line.ts'
import { isAlive } from '../probes/is-alive.ts'
import type { ContainersRequest, EndedContainer, RunningContainers } from '../engines/engine-provider.ts'
import { reportProblem } from '../simulated/phase-scenario.ts'
import type { StoredLog, Workload } from '../workload.ts'
import { WORKLOAD_IMAGE } from './workload-image.ts'
import { briefScript, workloadScript } from './workload-script.ts'

/** A container that writes a workload. The log driver is set explicitly, because the engine's default may be another. */
class WorkloadContainer extends GenericContainer {
  constructor(workload: Workload, labels: Readonly<Record<string, string>>) {
    super(WORKLOAD_IMAGE)
    this.withPullPolicy(PullPolicy.neverPull())
      .withName(workload.name)
      .withLabels(ownedLabels(labels))
      .withNetworkMode('none')
      .withCommand(['/bin/sh', '-c', workloadScript(workload)])
    this.createOpts.Tty = workload.writing.tty
    this.hostConfig.LogConfig = { Type: 'json-file', Config: logOptions(workload.writing.stored) }
    if (workload.lifeSeconds !== null) this.hostConfig.RestartPolicy = { Name: 'always' }
  }
}

function ownedLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return { ...labels, [OWNER_LABEL]: String(process.pid) }
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
  readonly #labels: Readonly<Record<string, string>>
  readonly #brief: string[] = []
  readonly ordered: NonNullable<RunningContainers['ordered']>
  readonly #timeline: WorkloadsRequest['timeline']

  private constructor(host: string, docker: Docker, { workloads, labels, timeline }: WorkloadsRequest) {
    this.host = host
    this.#docker = docker
    this.#names = workloads.map((workload) => workload.name)
    this.#labels = labels
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

  /** Without Testcontainers, which looks at what it has started: that is gone by then. */
  async runBriefly(name: string): Promise<void> {
    this.#brief.push(name)
    const container = await this.#docker.createContainer({
      name,
      Image: WORKLOAD_IMAGE,
      Cmd: ['/bin/sh', '-c', briefScript(name)],
      Labels: ownedLabels(this.#labels),
      HostConfig: { AutoRemove: true, NetworkMode: 'none', LogConfig: { Type: 'json-file', Config: {} } },
    })
    await container.start()
  }

  async end(): Promise<Map<string, EndedContainer>> {
    await Promise.all(this.#names.map((name) => stopContainer(this.#container(name))))
    const entries = this.#names.map(async (name) => [name, await endOf(this.#container(name))] as const)
    return new Map(await Promise.all(entries))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#names, ...this.#brief].map((name) => removeContainer(this.#container(name))))
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

async function removeContainer(container: Docker.Container): Promise<void> {
  await unlessAnswered([NOT_FOUND, BEING_REMOVED], container.remove({ force: true, v: true }))
}

/** One whose process is just not there, because it is to be started again, has nothing to end: it is only not started any more. */
async function stopContainer(container: Docker.Container): Promise<void> {
  await unlessAnswered([NOT_RUNNING], container.stop({ t: STOP_LIMIT_SECONDS }))
}

/** dockerode's errors carry the status of the answer. */
async function unlessAnswered(statuses: readonly number[], call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0
    if (!statuses.includes(status)) throw error
  }
}

async function endOf(container: Docker.Container): Promise<EndedContainer> {
  const { RestartCount: restarts } = await container.inspect()
  return { lastLine: await lastStoredLine(container), lives: 1 + restarts }
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
const NOT_FOUND = 404
const BEING_REMOVED = 409
const NOT_RUNNING = 304
