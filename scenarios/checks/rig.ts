import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { stringify } from 'yaml'
import type { Health } from '../../reference/http/health.ts'
import { dockerClient } from '../docker/docker-host.ts'
import type { AvailableEngine } from '../docker/engine-process.ts'
import { availableEngine } from '../docker/private-engine.ts'
import { provideWorkloadImage, WORKLOAD_IMAGE } from '../docker/workload-image.ts'
import { ROOT } from '../own-command.ts'
import { probeProcess, type ProcessSample } from '../probes/process-probe.ts'

/** Of the metrics; the API is 400 further on. Checks that run beside each other each need one of their own. */
const PORT = Number(process.env['WATERTIGHT_CHECK_PORT'] ?? 18_001)
const API_PORT = PORT + 400
/** Of a collector's configuration, for all of whose endpoints {@link CollectorProcess} asks. */
export const LISTEN: Readonly<Record<'metrics' | 'api', { readonly listen: string }>> = {
  metrics: { listen: `127.0.0.1:${PORT}` },
  api: { listen: `127.0.0.1:${API_PORT}` },
}
/** Of this run's containers, so that another's are left alone. */
const LABEL = 'watertight.check'
const LABEL_VALUE = String(PORT)
const LOG_LINES = 10
/** On a machine with a dozen other processes for each core. */
const READY_SECONDS = 90

/** A real engine, containers on it, and the collector as a process of its own: what every check starts from. */
export class Rig implements AsyncDisposable {
  readonly docker: Docker
  readonly host: string
  readonly directory: string
  readonly #engine: AvailableEngine

  private constructor(engine: AvailableEngine, directory: string) {
    this.#engine = engine
    this.host = engine.host
    this.docker = dockerClient(engine.host)
    this.directory = directory
  }

  static async open(): Promise<Rig> {
    const engine = await availableEngine((what) => process.stderr.write(`${what}\n`))
    const rig = new Rig(engine, await mkdtemp(path.join(tmpdir(), 'watertight-check-')))
    await rig.#sweep()
    await provideWorkloadImage(rig.docker)
    return rig
  }

  /**
   * Starts a container that runs a shell script.
   * @param how.logOptions of the engine's json-file driver, such as `max-size`. @param how.autoRemove as `docker run --rm`
   */
  async container(
    name: string,
    script: string,
    { logOptions = {}, autoRemove = false }: ContainerOptions = {},
  ): Promise<Docker.Container> {
    const container = await this.docker.createContainer({
      name,
      Image: WORKLOAD_IMAGE,
      Cmd: ['sh', '-c', script],
      Labels: { [LABEL]: LABEL_VALUE },
      HostConfig: {
        NetworkMode: 'none',
        LogConfig: { Type: 'json-file', Config: logOptions },
        AutoRemove: autoRemove,
      },
    })
    await container.start()
    return container
  }

  /**
   * Starts the collector on this rig's containers and waits until it is ready.
   * @param monitor its settings of `container_monitor`. @param sinks beside the directory of the file sink, for which keys may be added
   */
  async collector(monitor: object, sinks: SinkSettings = {}): Promise<CollectorProcess> {
    const config = path.join(this.directory, 'collector.yaml')
    await writeFile(
      config,
      stringify({
        state_dir: path.join(this.directory, 'state'),
        container_monitor: {
          socket_path: this.host,
          filters: { include_labels: [`${LABEL}=${LABEL_VALUE}`] },
          ...monitor,
        },
        sinks: { ...sinks, local_file: { directory: this.logs, ...sinks.local_file } },
        ...LISTEN,
      }),
    )
    const stdout = sinks.stdout === undefined ? 'log' : 'pipe'
    return await CollectorProcess.start(config, this.collectorLog, { stdout })
  }

  /** What the collector said, over all its runs. */
  get collectorLog(): string {
    return path.join(this.directory, 'collector.log')
  }

  /** Prints the end of what the collector said. */
  async showLog(): Promise<void> {
    const text = await readFile(this.collectorLog, 'utf8')
    process.stderr.write(`${text.trimEnd().split('\n').slice(-LOG_LINES).join('\n')}\n`)
  }

  get logs(): string {
    return path.join(this.directory, 'logs')
  }

  /** The sink's file of a container; '' while there is none. */
  async output(name: string): Promise<string> {
    const file = await this.outputFile(name)
    return file === null ? '' : await readFile(file, 'utf8')
  }

  /** Bytes the sink's file of a container holds. */
  async outputBytes(name: string): Promise<number> {
    const file = await this.outputFile(name)
    return file === null ? 0 : (await stat(file)).size
  }

  /** The last bytes of the sink's file of a container, 4096 at most; '' while there is none. */
  async outputEnd(name: string): Promise<string> {
    const file = await this.outputFile(name)
    if (file === null) return ''
    await using handle = await open(file)
    const { size } = await handle.stat()
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(4096), 0, 4096, Math.max(0, size - 4096))
    return buffer.toString('utf8', 0, bytesRead)
  }

  async outputFile(name: string): Promise<string | null> {
    const files = await readdir(this.logs).catch(() => [])
    const file = files.find((candidate) => candidate.startsWith(`${name}-`))
    return file === undefined ? null : path.join(this.logs, file)
  }

  async forgetOutput(): Promise<void> {
    await rm(this.logs, { recursive: true, force: true })
    await rm(path.join(this.directory, 'state'), { recursive: true, force: true })
    await rm(this.collectorLog, { force: true })
  }

  /** Ends the containers that this rig has started, and removes them. */
  async removeContainers(): Promise<void> {
    await this.#sweep()
  }

  /** The engine's process, where this machine shows it: the one with the socket's path on its command line. */
  async enginePid(): Promise<number> {
    const socket = new URL(this.host).pathname
    for (const entry of await readdir('/proc')) {
      if (!/^\d+$/.test(entry)) continue
      const command = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0')
      const isEngine = command[0]?.endsWith('dockerd') === true
      if (
        isEngine &&
        (command.some((word) => word.includes(socket)) || socket.endsWith('/run/docker.sock'))
      ) {
        return Number(entry)
      }
    }
    throw new Error(`Cannot find the engine of ${this.host} among the processes`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sweep()
    await rm(this.directory, { recursive: true, force: true })
    await this.#engine[Symbol.asyncDispose]()
  }

  async #sweep(): Promise<void> {
    const left = await this.docker.listContainers({
      all: true,
      filters: { label: [`${LABEL}=${LABEL_VALUE}`] },
    })
    await Promise.all(left.map(({ Id }) => this.docker.getContainer(Id).remove({ force: true })))
  }
}

export interface ContainerOptions {
  readonly logOptions?: Readonly<Record<string, string>>
  readonly autoRemove?: boolean
}

export interface ProcessSettings {
  readonly env?: Readonly<Record<string, string>>
  readonly stdout?: 'log' | 'pipe'
  readonly descriptors?: number
}

export interface SinkSettings {
  readonly local_file?: object
  readonly stdout?: object
  readonly jetstream?: object
}

/** `watertight collect` as a process, as it is installed: from `dist`, which `npm ci` and `npm run build` make. */
export class CollectorProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  /** Milliseconds since the epoch. */
  readonly startedAt: number = Date.now()

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /**
   * @param log gets what it says on standard error, and on standard output unless that is a pipe: then `stdout` of the process has to be read.
   * @param how.env beside this process's own @param how.descriptors it may have open at most
   */
  static async start(
    config: string,
    log: string,
    { descriptors, env = {}, stdout = 'log' }: ProcessSettings = {},
  ): Promise<CollectorProcess> {
    await assertNobodyListens()
    const cli = path.join(ROOT, 'dist', 'cli.js')
    const output = await open(log, 'a')
    // As it is installed: with the options of Node that its first line gives.
    const limit = descriptors === undefined ? ':' : `ulimit -n ${descriptors}`
    const child = spawn('sh', ['-c', `${limit}; exec "$0" "$@"`, cli, 'collect', '--config', config], {
      stdio: ['ignore', stdout === 'pipe' ? 'pipe' : output.fd, output.fd],
      env: { ...process.env, ...env },
    })
    await output.close()
    const collector = new CollectorProcess(child)
    try {
      await until('the collector answers', READY_SECONDS, async () => {
        if (collector.ended !== null)
          throw new Error(`The collector has ended: ${collector.ended}; see ${log}`)
        return (await collector.metrics()) !== null
      })
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
    return collector
  }

  async sample(): Promise<ProcessSample> {
    const sample = await probeProcess(this.#child.pid!)
    if (sample === null) throw new Error('The collector has ended')
    return sample
  }

  /** The text of its metrics endpoint; null when it does not answer within two seconds. */
  async metrics(): Promise<string | null> {
    return await fetch(`http://127.0.0.1:${PORT}/metrics`, { signal: AbortSignal.timeout(2000) }).then(
      (reply) => reply.text(),
      () => null,
    )
  }

  /** Sum over the series of a metric. */
  async metric(name: string): Promise<number> {
    const text = (await this.metrics()) ?? ''
    const values = text
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
  }

  /** How it ended: a status or a signal; null while it runs. */
  get ended(): number | NodeJS.Signals | null {
    return this.#child.exitCode ?? this.#child.signalCode
  }

  /** Its standard output, when that is a pipe. */
  get stdout(): Readable | null {
    return this.#child.stdout
  }

  /** Names of the parts that its health calls sick; `health` itself when it does not answer within two seconds. */
  async sickParts(): Promise<string[]> {
    const text = await fetch(`http://127.0.0.1:${API_PORT}/health`, { signal: AbortSignal.timeout(2000) })
      .then((reply) => reply.text())
      .catch(() => null)
    if (text === null) return ['health']
    const { checks }: Health = JSON.parse(text)
    return Object.entries(checks).flatMap(([name, { ok }]) => (ok ? [] : [name]))
  }

  /** SIGKILL. @throws Error when it has ended by itself */
  async kill(): Promise<void> {
    if (this.ended !== null) throw new Error(`The collector has ended by itself: ${this.ended}`)
    const ended = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await ended
  }

  /** SIGTERM; how long it took to end, seconds, and its exit status. */
  async stop(): Promise<{ seconds: number; status: number | null }> {
    const started = performance.now()
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGTERM')
      await ended
    }
    return { seconds: (performance.now() - started) / 1000, status: this.#child.exitCode }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** What answers would be taken for the collector that is started. */
async function assertNobodyListens(): Promise<void> {
  const answers = await fetch(`http://127.0.0.1:${PORT}/metrics`, { signal: AbortSignal.timeout(2000) }).then(
    () => true,
    () => false,
  )
  if (answers)
    throw new Error(`Another collector listens on port ${PORT}: end it, or set WATERTIGHT_CHECK_PORT`)
}

/** Waits for something, asking ten times a second. @throws Error naming it after `seconds`. */
export async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited ${seconds} s in vain: ${what}`)
    await sleep(100)
  }
}

/** The message and everything beside it, of each line of a collector's log that has a message. */
export interface LogEntry {
  readonly msg: string
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly [field: string]: unknown
}

/** Reads a collector's log. Lines that are not its own, such as a stack trace, are skipped. */
export async function logEntries(file: string): Promise<LogEntry[]> {
  const text = await readFile(file, 'utf8')
  return text.split('\n').flatMap((line): LogEntry[] => {
    if (!line.startsWith('{')) return []
    return [JSON.parse(line)]
  })
}

/** Prints what was measured against what is allowed, and remembers a failure in the exit status. */
export function verdict(what: string, measured: number, passes: boolean, allowed: string): void {
  process.stdout.write(
    `${passes ? 'pass' : 'FAIL'}  ${what}: ${Math.round(measured * 1000) / 1000} (${allowed})\n`,
  )
  if (!passes) process.exitCode = 1
}

/** The last arguments of {@link verdict} for what must not be. */
export function none(measured: number): [number, boolean, string] {
  return [measured, measured === 0, '0']
}

/** Checks that the numbers behind the name run from 1 to `last` without a hole, a repetition or a step back. */
export function verdictOnLines(name: string, output: string, last: number): void {
  const numbers = output
    .split('\n')
    .slice(0, -1)
    .map((line) => Number(line.split(' ', 2)[1]))
  const wrong = numbers.filter((number, index) => number !== index + 1).length
  verdict(
    `lines of ${name} missing, repeated or out of order`,
    wrong + Math.abs(last - numbers.length),
    wrong === 0 && numbers.length === last,
    `0 of ${last}`,
  )
}
