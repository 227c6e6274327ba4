import type Docker from 'dockerode'
import { dockerClient } from '../docker/docker-host.ts'
import type { SubjectLook } from '../operator/operated-subject.ts'
import type { SubjectDefinition } from '../subjects/subject.ts'
import { openFilesBelow } from './open-descriptors.ts'
import { probeEngine } from './engine-probe.ts'
import { probeProcesses } from './process-probe.ts'
import type { SeriesRow } from './series-recorder.ts'
import { getText, readMetrics, SILENT_SUBJECT, type SubjectSample } from './subject-probe.ts'

/** What of a subject is looked at besides what it tells itself. */
export interface ObservedSubject {
  /** Pids of all its processes. */
  readonly pids: () => Promise<number[]>
  /** Connections it has to the engine. */
  readonly connections: () => number
}

/** Looks at a subject and its engine from outside. */
export class SubjectObserver {
  readonly #definition: SubjectDefinition
  readonly #subject: ObservedSubject
  readonly #docker: Docker
  /** The last answer of its metrics endpoint. */
  latest: SubjectSample = SILENT_SUBJECT

  /** @param host of the engine, such as `unix:///var/run/docker.sock` */
  constructor(definition: SubjectDefinition, subject: ObservedSubject, host: string) {
    this.#definition = definition
    this.#subject = subject
    this.#docker = dockerClient(host, ANSWER_LIMIT_MS)
  }

  /** Looks at everything once. */
  async sample(t: number): Promise<SeriesRow> {
    const pids = await this.#pids()
    const connections = this.#subject.connections()
    const [figures, engine, subject, healthy] = await Promise.all([
      probeProcesses(pids),
      probeEngine(this.#docker),
      this.#askMetrics(),
      this.#askHealth(),
    ])
    const { tasks, streams, utilization } = subject
    return {
      t,
      ...figures,
      processes: pids.length,
      connections,
      ...engine,
      tasks,
      streams,
      utilization,
      rotations: rotationsInAll(subject),
      healthy,
    }
  }

  /**
   * Streams open, as the subject says, or else the stored logs that it has open, or its connections to the engine; and the share of its slots that is taken,
   * where it says so.
   */
  async opened(): Promise<{ streams: number; utilization: number | null }> {
    const { streams, utilization } = await this.#askMetrics()
    return { streams: streams ?? (await this.#streamsSeen()), utilization }
  }

  async #streamsSeen(): Promise<number> {
    const { storedLogs = null } = this.#definition
    if (storedLogs === null) return this.#subject.connections()
    return await openFilesBelow(storedLogs, await this.#pids())
  }

  /** What of it an operator looks at. */
  async look(): Promise<SubjectLook> {
    const { tasks, streams, sinkFiles } = await this.#askMetrics()
    const figures = await probeProcesses(await this.#pids())
    return { tasks, streams, sinkFiles, fds: figures?.fds ?? null }
  }

  async #pids(): Promise<readonly number[]> {
    const { container } = this.#definition
    if (container === null) return await this.#subject.pids()
    const { Titles, Processes } = await this.#docker.getContainer(container).top()
    const column = Titles.indexOf('PID')
    return Processes.map((process: readonly string[]) => Number(process[column]))
  }

  async #askMetrics(): Promise<SubjectSample> {
    const { metrics } = this.#definition
    const text = metrics && (await getText(metrics.url, ANSWER_LIMIT_MS))
    if (metrics === null || text === null) return SILENT_SUBJECT
    this.latest = readMetrics(text, metrics.names)
    return this.latest
  }

  /** 0 also when it does not answer at all. */
  async #askHealth(): Promise<number | null> {
    const { healthUrl } = this.#definition
    if (healthUrl === null) return null
    return (await getText(healthUrl, ANSWER_LIMIT_MS)) === null ? 0 : 1
  }
}

/** Rotations of all containers; `null` when the subject does not count them. */
export function rotationsInAll({ rotationsByContainer }: SubjectSample): number | null {
  if (rotationsByContainer === null) return null
  return [...rotationsByContainer.values()].reduce((sum, count) => sum + count, 0)
}

const ANSWER_LIMIT_MS = 5_000
