import { completeConfig } from '../../reference/config/complete-config.ts'
import { createCollector, type Collector } from '../../reference/main.ts'
import { SimulatedSink, World, type CrashKind } from '../../simulators/index.ts'
import type { SimulatedStream } from '../../simulators/jetstream/simulated-stream.ts'
import { SimulatedLoki } from '../../simulators/sinks/loki/simulated-loki.ts'

/** What a client sent and what it was told. */
interface Sent {
  readonly file: string
  readonly line: string
  /** Answered with 2xx: it must be in every sink once. */
  taken: boolean
}

export const BESIDE = ['nothing', 'loki', 'jetstream'] as const
export type Beside = (typeof BESIDE)[number]

export interface PushRigOptions {
  readonly seed: number
  readonly clients: number
  /** A sink beside the files, which may be away. */
  readonly beside: Beside
  /** Whether clients name their requests, and send one again whose answer they did not see. */
  readonly isKeyed: boolean
  /** How long the disk takes to sync, beside what it takes anyway. */
  readonly syncMs: number
}

const FILES = ['app.log', 'jobs/night.log', '/var/log/other.log'] as const
const PATHS = ['app.log', 'jobs/night.log', 'var/log/other.log'] as const

/** A collector that lines are pushed to by clients of another machine, who never tire. */
export class PushRig {
  readonly world: World
  readonly loki = new SimulatedLoki()
  readonly lokiSink: SimulatedSink
  readonly #stream: SimulatedStream
  readonly #options: PushRigOptions
  readonly #sent: Sent[] = []
  /** Of what each client did. */
  readonly #done: boolean[] = []
  #isOver = false
  #collector: Collector

  constructor(options: PushRigOptions) {
    this.#options = options
    this.world = new World({ seed: options.seed, recordLocations: false })
    this.lokiSink = new SimulatedSink(this.world, this.loki.storeOptions)
    this.world.sinks['http://loki:3100'] = this.lokiSink
    this.#stream = this.world.jetStream.addStream({ name: 'LOGS', subjects: ['logs.>'] })
    if (options.syncMs > 0)
      this.world.fileSystem.disturb({ kind: 'slow', delayMs: options.syncMs }, { operations: ['sync'] })
    this.#collector = this.#newCollector()
    for (let client = 0; client < options.clients; client++) {
      this.#done.push(false)
      void this.#send(client)
    }
  }

  get sent(): number {
    return this.#sent.length
  }

  async start(): Promise<void> {
    await this.world.run(() => this.#collector.start())
  }

  async restart(): Promise<void> {
    // A start on a slow disk that is cut short may miss its deadline, and says so.
    await this.world.run(() => this.#collector.stop())
    this.#begin()
  }

  /** The process, or the machine, is gone at once; another one is started. */
  crash(kind: CrashKind): void {
    this.world.crash({ kind })
    this.#begin()
  }

  /** Its events come with all others: it may be crashed before it has started. One that cannot start, for a fault of the disk, is started again as by a service manager. */
  #begin(): void {
    const collector = (this.#collector = this.#newCollector())
    collector.start().catch(() => {
      this.world.schedule(1000, 'start again', () => {
        if (this.#collector === collector) this.#begin()
      })
    })
  }

  /** Lets clients come to an end and sinks have everything, and compares. @throws Error saying what is missing, twice, or out of order */
  async finish(): Promise<void> {
    this.#isOver = true
    for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += 5000) {
      if (this.#done.every(Boolean) && this.#holdsAll()) break
      // oxlint-disable-next-line no-await-in-loop -- time passes
      await this.world.advance(5000)
    }
    if (!this.#done.every(Boolean)) throw new Error('A client was never answered')
    for (const path of PATHS) {
      this.#check('files', path, this.#linesInFile(path))
      if (this.#options.beside !== 'nothing') this.#check('the other sink', path, this.#linesBeside(path))
    }
    const { missed } = await this.world.run(() => this.#collector.stop())
    if (missed.length > 0) throw new Error(`The stop missed ${JSON.stringify(missed)}`)
  }

  #holdsAll(): boolean {
    return PATHS.every((path) => {
      const lines = this.#sent.filter(({ file, taken }) => file === path && taken).map(({ line }) => line)
      const stores = [
        this.#linesInFile(path),
        ...(this.#options.beside === 'nothing' ? [] : [this.#linesBeside(path)]),
      ].map((held) => new Set(held))
      return lines.every((line) => stores.every((held) => held.has(line)))
    })
  }

  #check(sink: string, path: string, held: readonly string[]): void {
    const own = this.#sent.filter(({ file }) => file === path)
    const count = new Map<string, number>()
    for (const line of held) count.set(line, (count.get(line) ?? 0) + 1)
    for (const { line, taken } of own) {
      const times = count.get(line) ?? 0
      if (times > 1 || (taken && times === 0))
        throw new Error(`${sink}: ${path} holds ${line} ${times} times; it was ${taken ? '' : 'not '}taken`)
    }
    const known = new Set(own.map(({ line }) => line))
    const foreign = held.find((line) => !known.has(line))
    if (foreign !== undefined)
      throw new Error(`${sink}: ${path} holds ${JSON.stringify(foreign)}, which nobody sent`)
    for (let client = 0; client < this.#options.clients; client++) {
      const of = held.filter((line) => line.startsWith(`${client}.`))
      const sorted = own.filter(({ line }) => of.includes(line)).map(({ line }) => line)
      const inOrder = sorted.filter((line) => line.startsWith(`${client}.`))
      if (of.join(' ') !== inOrder.join(' '))
        throw new Error(
          `${sink}: ${path} holds ${of.join(' ')}, which client ${client} sent as ${inOrder.join(' ')}`,
        )
    }
  }

  /** Sends one request after the other, each until it is answered. */
  async #send(client: number): Promise<void> {
    const random = this.world.random.fork(`client ${client}`)
    for (let request = 0; !this.#isOver; request++) {
      const lines = Array.from({ length: 1 + (random.uint32() % 4) }, (_, n) => {
        const place = random.uint32() % FILES.length
        return { place, line: `${client}.${request}.${n}` }
      })
      const sent = lines.map(({ place, line }): Sent => ({ file: PATHS[place]!, line, taken: false }))
      this.#sent.push(...sent)
      const body = lines.map(({ place, line }) => ({ file: FILES[place]!, message: line }))
      const key = `${client}-${request}`
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      if (await this.#ask(body, key)) for (const each of sent) each.taken = true
      // oxlint-disable-next-line no-await-in-loop
      await this.#sleep(random.uint32() % 400)
    }
    this.#done[client] = true
  }

  /** @returns whether it was taken; without keys false also where nobody knows */
  async #ask(body: unknown, key: string): Promise<boolean> {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      const status = await this.#request(body, key)
      if (status === 200) return true
      if (status !== null && ![429, 500, 503].includes(status)) throw new Error(`An answer of ${status}`)
      // Nothing was taken, or the request has a name.
      if ((status === null || status === 500) && !this.#options.isKeyed) return false
      // oxlint-disable-next-line no-await-in-loop
      await this.#sleep(1000)
    }
  }

  /** @returns null without an answer; nobody listening is 503 */
  async #request(body: unknown, key: string): Promise<number | null> {
    const { http } = this.world
    const headers = this.#options.isKeyed ? { 'idempotency-key': key } : {}
    try {
      const answer = http.request(API, 'POST', '/api/logs', body, headers)
      const never = this.#sleep(15_000).then(() => null)
      return (await Promise.race([answer, never]))?.status ?? null
    } catch (error) {
      if (String(error).includes('ECONNREFUSED')) return 503
      throw error
    }
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.world.schedule(ms, 'client', resolve, { background: true })
    })
  }

  #linesInFile(path: string): string[] {
    const { disk } = this.world.fileSystem
    if (disk.find(`/out/${path}`) === null) return []
    return Buffer.from(this.world.fileSystem.contents(`/out/${path}`))
      .toString()
      .split('\n')
      .slice(0, -1)
  }

  #linesBeside(path: string): string[] {
    if (this.#options.beside === 'loki')
      return this.loki.linesOf(`{filename="${path}"}`).map(({ line }) => line)
    return this.#stream.messages
      .filter(({ headers }) => headers['Watertight-Name'] === path)
      .map(({ payload }) => Buffer.from(payload).toString())
  }

  #newCollector(): Collector {
    return createCollector(
      completeConfig({
        stateDir: '/state',
        metrics: { enabled: false },
        api: API,
        containerMonitor: { enabled: false },
        // A client waits for an answer that does not come, while others go on sending.
        push: { enabled: true, keysMax: 1000 },
        sinks: {
          localFile: { directory: '/out' },
          loki: {
            enabled: this.#options.beside === 'loki',
            url: 'http://loki:3100/loki/api/v1/push',
            labels: ['container_name'],
            staticLabels: {},
          },
          jetStream: { enabled: this.#options.beside === 'jetstream' },
        },
      }),
      this.world.ports(),
    )
  }
}

const API = { enabled: true, host: '127.0.0.1', port: 8401 } as const
const PATIENCE_MS = 900_000
