import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '../../reference/usage-error.ts'
import { LineAudit, type LineCounts } from '../audit/line-audit.ts'
import { onPath } from '../docker/on-path.ts'
import { NatsServer } from '../nats/nats-server.ts'
import { streamLines } from '../nats/stream-lines.ts'
import { none, Rig, until, verdict, type CollectorProcess } from './rig.ts'

const STREAM = 'LOGS'
const CATCH_UP_SECONDS = 120

/**
 * Containers on a real engine, a real NATS server, and the collector that writes to files and to a stream of that server at the same time.
 * @throws UsageError when there is no nats-server
 */
export class StreamAndFiles implements AsyncDisposable {
  readonly rig: Rig
  readonly server: NatsServer
  readonly #names: readonly string[]
  #collector: CollectorProcess | null = null

  private constructor(rig: Rig, server: NatsServer, names: readonly string[]) {
    this.rig = rig
    this.server = server
    this.#names = names
  }

  /** @param load.burst lines that each container writes at once, ten times a second */
  static async open(load: { readonly containers: number; readonly burst: number }): Promise<StreamAndFiles> {
    if (!(await onPath('nats-server')))
      throw new UsageError('Cannot find nats-server: install it, such as by apt-get install nats-server')
    const rig = await Rig.open()
    const server = await NatsServer.start()
    const names = Array.from({ length: load.containers }, (_, index) => `stream-${index + 1}`)
    const opened = new StreamAndFiles(rig, server, names)
    try {
      for (const name of names) await rig.container(name, script(name, load.burst))
    } catch (error) {
      await opened[Symbol.asyncDispose]()
      throw error
    }
    return opened
  }

  get collector(): CollectorProcess {
    if (this.#collector === null) throw new Error('The collector was not started')
    return this.#collector
  }

  /** @param duplicateWindow of the stream, as in the configuration */
  async start(duplicateWindow: string): Promise<void> {
    this.#collector = await this.rig.collector(
      {},
      {
        jetstream: {
          enabled: true,
          servers: [this.server.url],
          stream: STREAM,
          create_stream: { enabled: true, duplicate_window: duplicateWindow },
        },
      },
    )
  }

  /** Ends the containers, waits until both sinks have everything, and says what of it they have. */
  async finish(): Promise<void> {
    const written = await this.#endContainers()
    const total = [...written.values()].reduce((sum, lines) => sum + lines, 0)
    await until('the files have everything', CATCH_UP_SECONDS, async () => {
      return (await this.#auditFiles(written)).delivered >= total
    }).catch(tell)
    await until('the stream has everything', CATCH_UP_SECONDS, async () => {
      return (await this.#auditStream(written)).delivered >= total
    }).catch(tell)
    // What would be stored twice has the time to be.
    await sleep(2000)
    verdict('lines written', total, total > 0, 'more than 0')
    report('the files', await this.#auditFiles(written))
    report('the stream', await this.#auditStream(written))
    await until('health is good again', 90, async () => {
      return (await this.collector.sickParts()).length === 0
    }).catch(tell)
    verdict('parts that health still calls sick', ...none((await this.collector.sickParts()).length))
    if (process.exitCode === 1) await this.rig.showLog()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#collector?.stop()
    await this.server[Symbol.asyncDispose]()
    await this.rig[Symbol.asyncDispose]()
  }

  async #endContainers(): Promise<Map<string, number>> {
    const ended = this.#names.map(async (name): Promise<[string, number]> => {
      const container = this.rig.docker.getContainer(name)
      await container.kill()
      await container.wait()
      const log = await container.logs({ stdout: true, tail: 1 })
      return [name, numberIn(log.toString())]
    })
    return new Map(await Promise.all(ended))
  }

  async #auditFiles(written: ReadonlyMap<string, number>): Promise<LineCounts> {
    const audit = new LineAudit(written)
    for (const name of this.#names) {
      const lines = (await this.rig.output(name)).split('\n').slice(0, -1)
      for (const line of lines) audit.saw(name, numberIn(line))
    }
    return audit.counts()
  }

  async #auditStream(written: ReadonlyMap<string, number>): Promise<LineCounts> {
    const audit = new LineAudit(written)
    for (const [name, lines] of await streamLines(this.server.url, STREAM))
      for (const line of lines) audit.saw(name, numberIn(line))
    return audit.counts()
  }
}

function report(where: string, counts: LineCounts): void {
  verdict(`lines missing in ${where}`, ...none(counts.missing))
  verdict(`lines repeated in ${where}`, ...none(counts.duplicated))
  verdict(`lines out of order or never written in ${where}`, ...none(counts.outOfOrder + counts.unexpected))
  for (const example of counts.examples) process.stdout.write(`  ${example}\n`)
}

/** At the end of a line; 0 where there is none. */
function numberIn(line: string): number {
  return Number(/ (\d+)\s*$/.exec(line)?.[1] ?? 0)
}

function tell(error: unknown): void {
  process.stderr.write(`${String(error)}\n`)
}

function script(name: string, burst: number): string {
  return `n=0; while true; do i=0; while [ $i -lt ${burst} ]; do i=$((i+1)); n=$((n+1)); echo "${name} $n"; done; usleep 100000; done`
}
