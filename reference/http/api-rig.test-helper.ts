import {
  World,
  type ContainerOptions,
  type CrashKind,
  type SimulatedContainer,
  type VirtualPorts,
} from '../../simulators/index.ts'
import { completeConfig, type PartialConfig } from '../config/complete-config.ts'
import { sourceOf } from '../files/file-source.ts'
import { createCollector, type Collector } from '../main.ts'
import { fileNameOf } from '../sinks/local-file/file-name.ts'

/** A whole collector of containers and of one log in a file, in a virtual world, that is used over its API. */
export class ApiRig {
  readonly world: World
  readonly ports: VirtualPorts
  collector: Collector
  readonly #config: ReturnType<typeof completeConfig>
  #appended = ''

  constructor({ seed = 1, config = {} }: { readonly seed?: number; readonly config?: PartialConfig } = {}) {
    this.world = new World({ seed, recordLocations: false })
    this.#config = completeConfig({
      stateDir: '/state',
      metrics: { enabled: false },
      sinks: { localFile: { directory: '/out' } },
      ...config,
      fileMonitor: { enabled: true, paths: [LOG], ...config.fileMonitor },
    })
    this.ports = this.world.ports()
    this.collector = createCollector(this.#config, this.ports)
    this.world.fileSystem.disk.mkdir('/var/log')
  }

  async start(): Promise<void> {
    await this.world.run(() => this.collector.start())
  }

  /** The process, or the machine, is gone at once; another one starts. */
  async crash(kind: CrashKind): Promise<void> {
    this.world.crash({ kind })
    this.collector = createCollector(this.#config, this.world.ports())
    await this.start()
  }

  async stop(): Promise<readonly unknown[]> {
    return (await this.world.run(() => this.collector.stop())).missed
  }

  add(name: string, options: Partial<ContainerOptions> = {}): SimulatedContainer {
    return this.world.engine.addContainer({ name, behaviour: { kind: 'chatty', everyMs: 100 }, ...options })
  }

  /** Somebody writes a line to the file. */
  append(line: string): void {
    this.world.fileSystem.disk.append(LOG, `${line}\n`)
    this.#appended += `${line}\n`
  }

  /** What the sink has of a container, and what that wrote. */
  container({ name, id, expected }: SimulatedContainer): { readonly sink: string; readonly written: string } {
    const sink = this.#contents(`/out/${name}-${id.slice(0, 12)}.log`)
    return { sink, written: Buffer.from(expected.view(0)).toString() }
  }

  /** The same of the file. */
  file(): { readonly sink: string; readonly written: string } {
    return { sink: this.#contents(`/out/${fileNameOf(sourceOf(LOG))}`), written: this.#appended }
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<ApiAnswer> {
    return await this.world.run(() => this.#request('GET', path, headers))
  }

  async post(path: string, headers: Readonly<Record<string, string>> = {}): Promise<ApiAnswer> {
    return await this.world.run(() => this.#request('POST', path, headers))
  }

  async getTogether(
    path: string,
    times: number,
    headers: Readonly<Record<string, string>>,
  ): Promise<ApiAnswer[]> {
    return await Promise.all(Array.from({ length: times }, () => this.#request('GET', path, headers)))
  }

  /** Begins to push lines; the answer comes as time passes. */
  async push(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<PushAnswer> {
    const { http } = this.world
    const reply = await http.request(this.#config.api, 'POST', '/api/logs', body, headers)
    return {
      status: reply.status,
      body: JSON.parse(reply.body),
      retryAfter: reply.headers?.['retry-after'] ?? null,
    }
  }

  /** What the machine's disk has at the path. */
  contents(path: string): string {
    return this.#contents(path)
  }

  /** Posts them one after the other, without waiting for an answer. */
  async postTogether(...paths: readonly string[]): Promise<ApiAnswer[]> {
    return await this.world.run(() => Promise.all(paths.map((path) => this.#request('POST', path, {}))))
  }

  async #request(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<ApiAnswer> {
    const { http } = this.world
    const { status, body } = await http.request(this.#config.api, method, path, undefined, headers)
    return { status, body: /^[[{]/.test(body) ? JSON.parse(body) : body }
  }

  #contents(path: string): string {
    return Buffer.from(this.world.fileSystem.contents(path)).toString()
  }
}

export interface PushAnswer extends ApiAnswer {
  readonly retryAfter: string | null
}

export interface ApiAnswer {
  readonly status: number
  readonly body: unknown
}

const LOG = '/var/log/app.log'
