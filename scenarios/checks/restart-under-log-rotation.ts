import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import {
  accountForHoles,
  idleGapsOf,
  holesOf,
  type HoleCounts,
  type OldestLine,
  type ToldGap,
} from '../audit/hole-audit.ts'
import { LineAudit } from '../audit/line-audit.ts'
import { Load } from './load.ts'
import { logEntries, none, Rig, until, verdict, type CollectorProcess, type LogEntry } from './rig.ts'

const NAMES = ['rotating-1', 'rotating-2', 'rotating-3', 'rotating-4']
const LINES = 150_000
const FILLER = 'x'.repeat(62)
const LOG_OPTIONS = { 'max-size': '500k', 'max-file': '5' }
const SECONDS_BETWEEN_RESTARTS = 3
const GAP = 'The position was not found again: the engine lost lines'

/**
 * Containers write faster than their stored logs are kept, and the collector is restarted again and again meanwhile. Nothing may be missing but
 * what the engine itself rotated away before it could be read, which only load excuses, and of that
 * each hole must be told: by the metric and by a line of the log that carries the stamp in front of the hole.
 * @param sources where the collector reads from, by turns: each restart goes on with the next one
 */
export async function restartUnderLogRotation(
  rounds: number,
  sources: readonly LogSource[] = ['api'],
): Promise<void> {
  await using rig = await Rig.open()
  const totals: Round[] = []
  const load = new Load()
  for (let round = 1; round <= rounds; round++) {
    const result = await runRound(rig, load, sources)
    totals.push(result)
    process.stdout.write(`round ${round}: ${describe(result)}\n`)
    await rig.removeContainers()
    await rig.forgetOutput()
  }
  const sum = (count: (round: Round) => number): number => sumOf(totals, count)
  const written = rounds * NAMES.length * LINES
  const restarts = sum((round) => round.restarts)
  verdict('restarts', restarts, restarts >= 5 * rounds, `at least ${5 * rounds}, of ${written} lines`)
  verdict('lines missing without a word', ...none(sum((round) => round.silent)))
  verdict('lines given up although the engine had them', ...none(sum((round) => round.givenUp)))
  const rotatedAway = sum((round) => round.rotatedAway)
  verdict(
    'lines the engine rotated away unread, told',
    rotatedAway,
    !load.isUnderCores || rotatedAway === 0,
    load.allowed,
  )
  verdict('lines repeated', ...none(sum((round) => round.repeated)))
  verdict('lines out of order', ...none(sum((round) => round.outOfOrder)))
  verdict('gaps told where nothing is missing', ...none(sum((round) => round.idleGaps)))
  verdict('gaps that the log and the metric disagree on', ...none(sum((round) => round.disagreements)))
}

function sumOf<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((sum, item) => sum + count(item), 0)
}

interface Round extends HoleCounts {
  readonly restarts: number
  readonly repeated: number
  readonly outOfOrder: number
  readonly disagreements: number
}

function describe(round: Round): string {
  const missing = round.silent + round.givenUp + round.rotatedAway
  return (
    `${round.restarts} restarts; ${missing} lines missing, ${round.silent} of them silently and ${round.rotatedAway} rotated away unread; ` +
    `${round.repeated} repeated, ${round.outOfOrder} out of order`
  )
}

type LogSource = 'api' | 'files'

async function runRound(rig: Rig, load: Load, sources: readonly LogSource[]): Promise<Round> {
  let starts = 0
  const next = (): Promise<CollectorProcess> => start(rig, sources[starts++ % sources.length]!)
  let collector = await next()
  try {
    const containers: Docker.Container[] = []
    for (const name of NAMES)
      containers.push(await rig.container(name, script(), { logOptions: LOG_OPTIONS }))
    using engine = new EngineWatch(containers)
    const counted: CountedGaps[] = []
    while (!(await engine.haveAllEnded())) {
      await sleep(SECONDS_BETWEEN_RESTARTS * 1000)
      load.look()
      counted.push(await countGaps(collector))
      await collector.stop()
      collector = await next()
    }
    await settled(rig)
    counted.push(await countGaps(collector))
    await collector.stop()
    return await audit(rig, engine, counted)
  } finally {
    await collector.stop()
  }
}

async function start(rig: Rig, source: LogSource): Promise<CollectorProcess> {
  return await rig.collector({ source }, { local_file: { format: 'json' } })
}

/** Waits until every last line is there; where that does not happen the audit tells what is missing. */
async function settled(rig: Rig): Promise<void> {
  await until('every last line is delivered', 120, async () => {
    const ends = await Promise.all(NAMES.map((name) => rig.outputEnd(name)))
    return ends.every((end) => end.endsWith(`"n ${LINES} ${FILLER}"}\n`))
  }).catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
}

/** 100 lines in each tick, about 3,000 a second. The container stays, because the engine must be asked for its log. */
function script(): string {
  return `i=0
while [ $i -lt ${LINES} ]; do
  i=$((i+1)); echo "n $i ${FILLER}"
  [ $((i % 100)) = 0 ] && usleep 20000
done
exec sleep 1000`
}

/** Looks at the stored logs again and again, for what they still hold. */
class EngineWatch implements Disposable {
  readonly #containers: readonly Docker.Container[]
  readonly #over = new AbortController()
  readonly oldest: ReadonlyMap<string, OldestLine[]> = new Map(NAMES.map((name) => [name, []]))

  constructor(containers: readonly Docker.Container[]) {
    this.#containers = containers
    void this.#watch()
  }

  async haveAllEnded(): Promise<boolean> {
    const last = await Promise.all(this.#containers.map((container) => numberAt(container, 'last')))
    return last.every((line) => line === LINES)
  }

  [Symbol.dispose](): void {
    this.#over.abort()
  }

  async #watch(): Promise<void> {
    while (!this.#over.signal.aborted) {
      for (const [index, container] of this.#containers.entries()) {
        const at = Date.now()
        const line = await numberAt(container, 'first').catch(() => null)
        if (line !== null) this.oldest.get(NAMES[index]!)!.push({ at, line })
      }
      await sleep(WATCH_MS)
    }
  }
}

/** Number of the first or the last line the engine has stored; null when it has none yet. */
async function numberAt(container: Docker.Container, end: 'first' | 'last'): Promise<number | null> {
  const abortSignal = AbortSignal.timeout(LOOK_LIMIT_MS)
  const tail = end === 'last' ? { tail: 1 } : {}
  const stream = await container.logs({ stdout: true, follow: true, abortSignal, ...tail })
  for await (const chunk of stream) {
    const number = /n (\d+) x/.exec(String(chunk))?.[1]
    if (number !== undefined) return Number(number)
  }
  return null
}

/** What the metric of one run of the collector said, and when. Milliseconds since the epoch. */
interface CountedGaps {
  readonly startedAt: number
  readonly from: number
  readonly to: number
  readonly metric: number
}

async function countGaps(collector: CollectorProcess): Promise<CountedGaps> {
  const from = Date.now()
  const metric = await collector.metric('log_capturer_container_gaps_total')
  return { startedAt: collector.startedAt, from, to: Date.now(), metric }
}

async function audit(rig: Rig, engine: EngineWatch, counted: readonly CountedGaps[]): Promise<Round> {
  const told = (await logEntries(rig.collectorLog)).filter(({ msg }) => msg === GAP)
  const accounts: HoleCounts[] = []
  const lines = new LineAudit(new Map(NAMES.map((name) => [name, LINES])))
  for (const name of NAMES) {
    const gaps = told.filter(({ container }) => container === name).map(gapOf)
    const stamps = await readOutput(rig, name, lines)
    const holes = holesOf(stamps, LINES)
    const oldest = engine.oldest.get(name)!
    accounts.push(accountForHoles(holes, gaps, oldest))
    for (const { after, toldAt } of idleGapsOf(holes, gaps)) {
      const line = [...stamps].find(([, stamp]) => stamp === after)?.[0]
      const looks = oldest
        .filter(({ at }) => Math.abs(at - toldAt) < LOOKS_SHOWN_MS)
        .map(({ at, line: first }) => `${first} at ${at - toldAt} ms`)
      process.stdout.write(
        `  ${name}: a gap behind line ${line} was told; the engine's first line was ${looks.join(', ')}\n`,
      )
    }
  }
  const { duplicated, outOfOrder, examples } = lines.counts()
  for (const example of examples) process.stdout.write(`  ${example}\n`)
  const times = told.map(({ time }) => time)
  return {
    restarts: counted.length - 1,
    silent: sumOf(accounts, (account) => account.silent),
    givenUp: sumOf(accounts, (account) => account.givenUp),
    rotatedAway: sumOf(accounts, (account) => account.rotatedAway),
    idleGaps: sumOf(accounts, (account) => account.idleGaps),
    repeated: duplicated,
    outOfOrder,
    disagreements: counted.filter((run) => disagrees(run, times)).length,
  }
}

function gapOf({ after, time }: LogEntry): ToldGap {
  return { after: String(after), toldAt: time }
}

/** A gap that is told while the metric is being read may be in it or not. */
function disagrees({ startedAt, from, to, metric }: CountedGaps, times: readonly number[]): boolean {
  const before = (limit: number): number => times.filter((time) => time >= startedAt && time <= limit).length
  return metric < before(from - 1) || metric > before(to)
}

/** @returns the stamps of the lines found, by their number */
async function readOutput(rig: Rig, name: string, lines: LineAudit): Promise<Map<number, string>> {
  const stamps = new Map<number, string>()
  const file = await rig.outputFile(name)
  if (file === null) return stamps
  for await (const text of createInterface({ input: createReadStream(file) })) {
    const { time, line }: { time: string; line: string } = JSON.parse(text)
    const number = Number(/^n (\d+) x+$/.exec(line)?.[1])
    lines.saw(name, number)
    if (!stamps.has(number)) stamps.set(number, time)
  }
  return stamps
}

const WATCH_MS = 500
const LOOK_LIMIT_MS = 5000
/** Around a gap that is told where nothing is missing. */
const LOOKS_SHOWN_MS = 3000
