import { mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '../../reference/usage-error.ts'
import { LineAudit } from '../audit/line-audit.ts'
import { RunAudit } from '../audit/run-audit.ts'
import { SmallDisk } from '../engines/small-disk.ts'
import { none, Rig, until, verdict, type CollectorProcess } from './rig.ts'

const CONTAINERS = 100
const LINES_PER_SECOND = 20
/** Health has to name a sink that has acknowledged nothing for a minute. */
const SICK_SECONDS = 75
/** How far behind the engine a healthy sink may be. */
const LAG_SECONDS = 10
/** 150 MB with 100 streams and nothing queued, the bound on what is queued (64 MiB) times 1.25, and what is not collected yet. */
const MEMORY_MAX = 300e6

/**
 * A local file and standard output, one of them sick at a time: nobody reads standard output, then the file system is full. The other delivers at the
 * pace of the containers meanwhile, memory is bounded, health names the sick one, and in the end both have everything, over a restart and a kill.
 * @throws UsageError when it does not run as root: a file system is mounted
 */
export async function severalSinks(): Promise<void> {
  if (!SmallDisk.canMount())
    throw new UsageError('Cannot mount a small file system: run several-sinks as root')
  await using rig = await Rig.open()
  await mkdir(rig.logs, { recursive: true })
  await using disk = await SmallDisk.mount(rig.logs)
  const names = Array.from({ length: CONTAINERS }, (_, index) => `sinks-${index + 1}`)
  for (const name of names) await rig.container(name, script(name))
  const run = new TwoSinks(rig, names)
  try {
    await run.start()
    await sleep(10_000)
    run.output.pause()
    const hung = await run.whileSick('stdout', () => run.lagOfFiles())
    report('standard output hangs', hung)
    run.output.resume()
    await run.caughtUp()
    await run.restart()
    await disk.fill()
    const full = await run.whileSick('local_file', () => run.lagOfOutput())
    report('the disk is full', full)
    await run.killAndStart()
    await sleep(5000)
    disk.empty()
    await run.finish()
  } finally {
    if (process.exitCode === 1) await rig.showLog()
    await run.stop()
  }
}

interface Sick {
  /** Lines that the slowest container was behind on the healthy sink. */
  readonly lag: number
  readonly named: boolean
  readonly memory: number
}

function report(when: string, { lag, named, memory }: Sick): void {
  const most = LAG_SECONDS * LINES_PER_SECOND
  verdict(`${when}: lines the other sink is behind`, lag, lag <= most, `at most ${most}`)
  verdict(`${when}: health names it`, Number(named), named, '1')
  verdict(`${when}: peak memory, MB`, memory / 1e6, memory < MEMORY_MAX, `less than ${MEMORY_MAX / 1e6}`)
}

/** The collector with both sinks, over its runs, and what came out of it. */
class TwoSinks {
  readonly #rig: Rig
  readonly #names: readonly string[]
  readonly #audit = new RunAudit()
  /** Number of the last line of each container on standard output. */
  readonly #last = new Map<string, number>()
  #collector!: CollectorProcess
  #text = ''

  constructor(rig: Rig, names: readonly string[]) {
    this.#rig = rig
    this.#names = names
  }

  get output(): NodeJS.ReadableStream {
    return this.#collector.stdout!
  }

  async start(): Promise<void> {
    this.#collector = await this.#rig.collector({}, { stdout: { enabled: true } })
    this.#text = ''
    this.output.on('data', (chunk: Buffer) => this.#read(chunk.toString()))
  }

  async stop(): Promise<number> {
    return (await this.#collector.stop()).seconds
  }

  async restart(): Promise<void> {
    const seconds = await this.stop()
    verdict('seconds to stop', seconds, seconds < 10, 'less than 10')
    this.#audit.stopped()
    await this.start()
  }

  async killAndStart(): Promise<void> {
    await this.#collector.kill()
    this.#audit.killed()
    await this.start()
  }

  /** @param lag of the other sink @returns what was seen at the end of the time, or at its worst */
  async whileSick(sink: string, lag: () => Promise<number>): Promise<Sick> {
    let memory = 0
    for (let second = 0; second < SICK_SECONDS; second++) {
      memory = Math.max(memory, (await this.#collector.sample()).rssBytes)
      await sleep(1000)
    }
    return { lag: await lag(), named: (await this.#collector.sickParts()).includes(`sink ${sink}`), memory }
  }

  async lagOfFiles(): Promise<number> {
    return await this.#lag(async (name) => lastNumber(await this.#rig.outputEnd(name)))
  }

  async lagOfOutput(): Promise<number> {
    return await this.#lag((name) => Promise.resolve(this.#last.get(name) ?? 0))
  }

  async caughtUp(): Promise<void> {
    const most = LAG_SECONDS * LINES_PER_SECOND
    await until('standard output catches up', 120, async () => (await this.lagOfOutput()) <= most)
  }

  /** Ends the containers, waits until everything is there, and says what is not. */
  async finish(): Promise<void> {
    const written = await this.#endContainers()
    await until('everything is delivered', 180, async () => {
      return (await this.lagOfFiles()) === 0 && (await this.lagOfOutput()) === 0
    }).catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
    await until(
      'health is good again',
      90,
      async () => (await this.#collector.sickParts()).length === 0,
    ).catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
    const { ended } = this.#collector
    if (ended !== null) process.stdout.write(`The collector has ended by itself: ${ended}\n`)
    const sick = await this.#collector.sickParts()
    verdict('parts that health still calls sick', ...none(sick.length))
    const files = await this.#auditFiles(written)
    verdict('lines missing in the files', ...none(files.missing))
    verdict('lines repeated or out of order in the files', ...none(files.wrong))
    const output = this.#audit.counts(written)
    verdict('lines missing on standard output', ...none(output.missing))
    verdict('lines repeated on standard output, not after a kill', ...none(output.repeated))
    verdict('lines repeated on standard output after the kill', output.repeatedAfterKill, true, 'any number')
    verdict('lines on standard output that nobody wrote', ...none(output.unexpected))
  }

  /** A line that was cut by a kill has no end, and is no line. */
  #read(chunk: string): void {
    const lines = (this.#text + chunk).split('\n')
    this.#text = lines.pop() ?? ''
    for (const text of lines) {
      const { container_name: name, line }: { container_name: string; line: string } = JSON.parse(text)
      this.#audit.saw(line)
      this.#last.set(name, lastNumber(line))
    }
  }

  async #lag(delivered: (name: string) => Promise<number>): Promise<number> {
    const lags = await Promise.all(
      this.#names.map(async (name) => (await this.#written(name)) - (await delivered(name))),
    )
    return Math.max(...lags)
  }

  async #written(name: string): Promise<number> {
    const log = await this.#rig.docker.getContainer(name).logs({ stdout: true, tail: 1 })
    return lastNumber(log.toString())
  }

  async #endContainers(): Promise<Map<string, number>> {
    const containers = this.#names.map((name) => this.#rig.docker.getContainer(name))
    await Promise.all(containers.map((container) => container.kill()))
    await Promise.all(containers.map((container) => container.wait()))
    return new Map(
      await Promise.all(
        this.#names.map(async (name): Promise<[string, number]> => [name, await this.#written(name)]),
      ),
    )
  }

  async #auditFiles(written: ReadonlyMap<string, number>): Promise<{ missing: number; wrong: number }> {
    const audit = new LineAudit(written)
    for (const name of this.#names) {
      const lines = (await this.#rig.output(name)).split('\n').slice(0, -1)
      for (const line of lines) audit.saw(name, lastNumber(line))
    }
    const { missing, duplicated, outOfOrder, unexpected, examples } = audit.counts()
    for (const example of examples) process.stdout.write(`  ${example}\n`)
    return { missing, wrong: duplicated + outOfOrder + unexpected }
  }
}

/** Of the last line of a text; 0 when it has none. */
function lastNumber(text: string): number {
  return Number(/ (\d+)\s*$/.exec(text)?.[1] ?? 0)
}

function script(name: string): string {
  return `n=0; while true; do i=0; while [ $i -lt ${LINES_PER_SECOND} ]; do i=$((i+1)); n=$((n+1)); echo "${name} $n"; done; usleep 1000000; done`
}
