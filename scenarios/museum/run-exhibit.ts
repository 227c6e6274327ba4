import type { DockerEngine, Ports } from '../../reference/ports/index.ts'
import { playTimeline, World, type SimulatedContainer } from '../../simulators/index.ts'
import { numberedLine } from '../audit/numbered-line.ts'
import { WRONGS, type Exhibit, type Wrong } from './exhibit.ts'

/** A collector in a virtual world. */
export interface VirtualSubject {
  start(): Promise<unknown>
  /** Ends once everything is given back. */
  stop(): Promise<unknown>
}

/** Something that makes one, and knows where its output is. */
export interface SubjectKind {
  readonly name: string
  /** Once for a world. */
  prepare(world: World): {
    /** A process of it. */
    begin(ports: Ports): VirtualSubject
    /** The lines it has delivered, in any order. */
    lines(containers: readonly SimulatedContainer[]): string[]
  }
}

/** What was wrong, with a sentence for each. */
export type Findings = Partial<Record<Wrong, string>>

const SETTLE_MS = 40_000
const STOP_MS = 10_000
const POLL_MS = 100
/** For each container. A stream that is rotated every ten seconds needs one. */
const CALLS_PER_SECOND_MAX = 5
/** Handles that are open for each container at any time, at most. */
const OPEN_MAX = 3

/** Runs a collector through what the exhibit shows, and looks at what it has made of it. The same seed, the same run. */
export async function runExhibit(exhibit: Exhibit, kind: SubjectKind): Promise<Findings> {
  const { scenario, lastsMs, subject: events } = exhibit
  const world = new World({
    seed: scenario.seed,
    engine: { personality: scenario.personality },
    recordLocations: false,
  })
  for (const options of scenario.containers)
    world.engine.addContainer({ ...options, lineText: (number) => numberedLine(options.name, number) })
  const prepared = kind.prepare(world)
  const calls = { count: 0 }
  const begin = async (): Promise<VirtualSubject> => {
    const ports = world.ports()
    const one = prepared.begin({ ...ports, engine: counting(ports.engine, calls) })
    await world.run(() => one.start())
    return one
  }
  let one = await begin()
  const findings: Findings = {}
  const stop = async (): Promise<void> => {
    const state = { ended: false }
    void one.stop().then(() => (state.ended = true))
    const untilMs = world.nowMs + STOP_MS
    // oxlint-disable-next-line no-await-in-loop -- time passes in one place only
    while (!state.ended && world.nowMs < untilMs) await world.advance(POLL_MS)
    if (!state.ended) findings.hangs = `A stop has not ended after ${STOP_MS / 1000} s`
  }
  using _timeline = playTimeline(world, world, scenario.timeline, (problem) => {
    throw new Error(`${exhibit.name}: ${problem}`)
  })
  const startedMs = world.nowMs
  for (const event of events) {
    // oxlint-disable no-await-in-loop -- in their order
    await world.advance(startedMs + event.atMs - world.nowMs)
    if (event.do === 'restart') await stop()
    else world.crash({ kind: 'kill' })
    one = await begin()
    // oxlint-enable no-await-in-loop
  }
  await world.advance(startedMs + lastsMs - world.nowMs)
  for (const container of world.engine.containers) if (container.running) world.engine.stop(container.id)
  const callsBefore = calls.count
  await world.advance(SETTLE_MS)
  const containers = world.engine.everyContainer
  const perSecond = Math.max(callsBefore / (lastsMs / 1000), (calls.count - callsBefore) / (SETTLE_MS / 1000))
  if (perSecond > CALLS_PER_SECOND_MAX * containers.length)
    findings.hammers = `The engine was called ${perSecond.toFixed(0)} times a second`
  const open = world.ledger.list().length + world.scheduled.length
  if (open > OPEN_MAX * containers.length + OPEN_AT_REST)
    findings.leaks = `${open} handles and timers are open at rest`
  await stop()
  return { ...findings, ...compared(expectedLines(containers), prepared.lines(containers)) }
}

/** Sinks, positions, listeners and their timers. */
const OPEN_AT_REST = 25

function expectedLines(containers: readonly SimulatedContainer[]): string[] {
  return containers.flatMap(({ expected }) => linesIn(expected.view()))
}

/** The lines of a text in which each has its end. */
export function linesIn(bytes: Uint8Array): string[] {
  return Buffer.from(bytes).toString('latin1').split('\n').slice(0, -1)
}

function compared(written: readonly string[], delivered: readonly string[]): Findings {
  const left = new Map<string, number>()
  for (const line of written) left.set(line, (left.get(line) ?? 0) + 1)
  const known = new Set(left.keys())
  const findings: Findings = {}
  for (const line of delivered) {
    const count = left.get(line) ?? 0
    const shown = JSON.stringify(line.slice(0, 80))
    if (!known.has(line)) findings.garbles ??= `Nobody wrote ${shown}`
    else if (count === 0) findings.repeats ??= `${shown} came again`
    else left.set(line, count - 1)
  }
  const missing = [...left].filter(([, count]) => count > 0)
  if (missing.length > 0)
    findings.loses = `${missing.length} lines are missing, such as ${JSON.stringify(missing[0]![0].slice(0, 80))}`
  return findings
}

/** The names of what was wrong, in the order of {@link WRONGS}. */
export function wrongsOf(findings: Findings): Wrong[] {
  return WRONGS.filter((wrong) => findings[wrong] !== undefined)
}

function counting(engine: DockerEngine, calls: { count: number }): DockerEngine {
  const counted =
    <A extends unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      calls.count += 1
      return call(...args)
    }
  return {
    info: counted((options) => engine.info(options)),
    listContainers: counted((options) => engine.listContainers(options)),
    inspectContainer: counted((id, options) => engine.inspectContainer(id, options)),
    openEvents: counted((options) => engine.openEvents(options)),
    openLogs: counted((id, options) => engine.openLogs(id, options)),
    close: () => engine.close(),
  }
}
