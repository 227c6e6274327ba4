import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { accountForShortLives, type ShortLife } from '../audit/short-lives.ts'
import { Load } from './load.ts'
import { logEntries, none, Rig, until, verdict, type CollectorProcess } from './rig.ts'

const BUSY = 60
const LINES = 5
/** An engine that starts more of them is the load itself: it needs 150 ms of a core for each. */
const STARTS_PER_SECOND = 3
const MISSED = 'A container was gone before its log was read to its end'

/**
 * Containers that live for 20 ms and are removed at once, beside 60 busy ones. None is lost on a machine whose load is under its cores; at any load each
 * that lacks a line is counted and named.
 * @param source of the collector
 */
export async function shortLived(containers: number, source: 'api' | 'files'): Promise<void> {
  await using rig = await Rig.open()
  const busy = Array.from({ length: BUSY }, (_, index) => `busy-${index + 1}`)
  for (const name of busy) await rig.container(name, busyScript(name))
  await using collector = await rig.collector({ source })
  await until('every busy container is read', 60, async () => {
    const outputs = await Promise.all(busy.map((name) => rig.outputBytes(name)))
    return outputs.every((bytes) => bytes > 0)
  })
  await calm()
  const names = Array.from({ length: containers }, (_, index) => `short-${index + 1}`)
  const load = await startEach(rig, names)
  const named = await settled(rig, collector)
  const lives = await Promise.all(names.map((name) => lifeOf(rig, name)))
  const { lost, lostLines, wrongLines, unaccounted, namedInVain } = accountForShortLives(lives, named.names)
  process.stdout.write(
    `${containers} containers, ${STARTS_PER_SECOND} a second at most; the highest load was ${load.toString()}\n`,
  )
  verdict('containers lost', lost, !load.isUnderCores || lost === 0, load.allowed)
  verdict('their lines lost', lostLines, !load.isUnderCores || lostLines === 0, load.allowed)
  verdict('lines repeated, out of order or never written', ...none(wrongLines))
  verdict('containers that lack lines and are not named', ...none(unaccounted.length))
  verdict(
    'containers counted as missed',
    named.counted,
    named.counted === named.told,
    `as named: ${named.told}`,
  )
  verdict('containers named of which nothing is missing', namedInVain, true, 'any number')
  await verdictOnBusy(rig, busy)
}

/** The starts of the busy ones are load that this check does not mean. */
async function calm(): Promise<void> {
  await until('the load is under the cores', CALM_SECONDS, () =>
    Promise.resolve(loadavg()[0]! < availableParallelism()),
  ).catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
}

/** Starts one after the other, each when the one before is removed. */
async function startEach(rig: Rig, names: readonly string[]): Promise<Load> {
  const load = new Load()
  for (const name of names) {
    const next = sleep(1000 / STARTS_PER_SECOND)
    const container = await rig.container(name, shortScript(name), { autoRemove: true })
    await container.wait({ condition: 'removed' }).catch(ignoreNotFound)
    load.look()
    await next
  }
  return load
}

/** It may be gone before it can be waited for. */
function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Error && 'statusCode' in error && error.statusCode === 404)) throw error
}

interface Named {
  readonly names: ReadonlySet<string>
  readonly told: number
  readonly counted: number
}

/** Waits until what is named and what is counted no longer changes. */
async function settled(rig: Rig, collector: CollectorProcess): Promise<Named> {
  await sleep(SETTLE_MS)
  const entries = (await logEntries(rig.collectorLog)).filter(({ msg }) => msg === MISSED)
  return {
    names: new Set(entries.map(({ container }) => String(container))),
    told: entries.length,
    counted: await collector.metric('log_capturer_containers_missed_total'),
  }
}

async function lifeOf(rig: Rig, name: string): Promise<ShortLife> {
  return { name, written: LINES, found: numbersIn(await rig.output(name)) }
}

function numbersIn(output: string): number[] {
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => Number(line.split(' ', 2)[1]))
}

async function verdictOnBusy(rig: Rig, names: readonly string[]): Promise<void> {
  const written = new Map<string, number>()
  for (const name of names) {
    const container = rig.docker.getContainer(name)
    await container.kill()
    await container.wait()
    const log = await container.logs({ stdout: true, tail: 1 })
    written.set(name, Number(/ (\d+)\n$/.exec(log.toString())?.[1]))
  }
  await until('every last line of the busy ones is delivered', 60, async () => {
    const ends = await Promise.all(names.map((name) => rig.outputEnd(name)))
    return ends.every((end, index) => end.endsWith(`${names[index]} ${written.get(names[index]!)}\n`))
  }).catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
  let wrong = 0
  for (const name of names) {
    const numbers = numbersIn(await rig.output(name))
    const holes = numbers.filter((number, index) => number !== index + 1).length
    wrong += holes + Math.abs(written.get(name)! - numbers.length)
  }
  verdict('lines of the busy ones missing, repeated or out of order', ...none(wrong))
}

/** Lines at its start and one at its end, 20 ms later. */
function shortScript(name: string): string {
  const echo = (line: number): string => `echo "${name} ${line}"`
  const first = Array.from({ length: LINES - 1 }, (_, index) => echo(index + 1))
  return [...first, 'usleep 20000', echo(LINES)].join('; ')
}

/** Ten lines a second. */
function busyScript(name: string): string {
  return `n=0; while true; do i=0; while [ $i -lt 10 ]; do i=$((i+1)); n=$((n+1)); echo "${name} $n"; done; usleep 1000000; done`
}

const SETTLE_MS = 5000
const CALM_SECONDS = 60
