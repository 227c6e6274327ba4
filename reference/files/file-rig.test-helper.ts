import { completeConfig, type PartialConfig } from '../config/complete-config.ts'
import { createCollector, type Collector } from '../main.ts'
import { fileNameOf } from '../sinks/local-file/file-name.ts'
import { World, type CrashKind, type VirtualPorts } from '../../simulators/index.ts'
import { sourceOf } from './file-source.ts'

/** A collector that reads files, in a virtual world, and whoever writes those files: at once, as the kernel sees it. */
export class FileRig {
  readonly world: World
  readonly #config: ReturnType<typeof completeConfig>
  ports: VirtualPorts
  collector: Collector

  constructor(fileMonitor: PartialConfig['fileMonitor'], { seed = 1, others = {} }: FileRigOptions = {}) {
    this.world = new World({ seed, recordLocations: false, fileSystem: { reusesInodes: true } })
    this.#config = completeConfig({
      stateDir: '/state',
      containerMonitor: { enabled: false },
      metrics: { enabled: false },
      api: { enabled: false },
      ...others,
      sinks: { ...others.sinks, localFile: { directory: '/out', ...others.sinks?.localFile } },
      fileMonitor: {
        enabled: true,
        pollIntervalMs: 100,
        discoveryIntervalMs: 200,
        rotateWaitMs: 500,
        forgetAfterMs: 5000,
        ...fileMonitor,
      },
    })
    this.ports = this.world.ports()
    this.collector = createCollector(this.#config, this.ports)
  }

  get disk(): World['fileSystem']['disk'] {
    return this.world.fileSystem.disk
  }

  async start(): Promise<void> {
    await this.world.run(() => this.collector.start())
  }

  /** @throws Error when anything did not end in time */
  async stop(): Promise<void> {
    const { missed } = await this.world.run(() => this.collector.stop())
    if (missed.length > 0) throw new Error(`The stop missed ${JSON.stringify(missed)}`)
  }

  /** A new process on the same disk. */
  newProcess(): void {
    this.ports = this.world.ports()
    this.collector = createCollector(this.#config, this.ports)
  }

  crash(kind: CrashKind = 'kill'): void {
    this.world.crash({ kind })
    this.newProcess()
  }

  async advance(ms: number): Promise<void> {
    await this.world.advance(ms)
  }

  /** Somebody appends to the file, which is made if it is not there. */
  append(path: string, text: string): void {
    this.disk.append(path, Buffer.from(text, 'latin1'))
  }

  read(path: string): string {
    return Buffer.from(this.world.fileSystem.contents(path)).toString('latin1')
  }

  copy(from: string, to: string): void {
    const contents = this.read(from)
    if (this.disk.find(to) !== null) this.disk.unlink(to)
    this.append(to, contents)
  }

  /** What came of the log at the path, in all files of the sink: it begins another one where it finds what it knows nothing of, as after a crash. */
  output(path: string): string {
    const name = fileNameOf(sourceOf(path))
    const before = this.#outputNames().filter((each) => each.startsWith(`${name}.`))
    return [...before.toSorted(), name].map((each) => this.read(`/out/${each}`)).join('')
  }

  #outputNames(): string[] {
    return this.disk.find('/out') === null ? [] : this.disk.readdir('/out')
  }

  /** The value of a figure, over all its series. */
  async metric(name: string): Promise<number> {
    const text = await this.collector.metrics.text()
    const lines = text
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
  }
}

export interface FileRigOptions {
  readonly seed?: number
  readonly others?: PartialConfig
}
