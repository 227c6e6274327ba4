import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { describe } from '../../simulators/determinism/first-difference.ts'
import { hashOutcome, type Outcome, type SimulationOutcome } from '../../simulators/determinism/outcome.ts'
import { EventTrace } from '../../simulators/world/event-trace.ts'
import { WORLD_PROPERTIES, type WorldCases } from './world-cases.ts'

/** What happened in a case when it was last looked at. */
const goldenCase = z.strictObject({
  property: z.enum(WORLD_PROPERTIES),
  seed: z.int(),
  case: z.int().min(0),
  /** Over everything: events and files. */
  hash: z.string(),
  events: z.int(),
  /** Of the trace after every 50 events, with a space between. */
  every50: z.string(),
})
export type GoldenCase = z.infer<typeof goldenCase>

export const GOLDEN_FILE: string = path.join(import.meta.dirname, 'golden.json')

/** The seed of the cases whose hashes are kept. */
export const GOLDEN_SEED = 20_260_301

export function readGolden(): GoldenCase[] {
  return z.array(goldenCase).parse(JSON.parse(readFileSync(GOLDEN_FILE, 'utf8')))
}

/** As it is kept: a line for each case. */
export function goldenText(all: readonly GoldenCase[]): string {
  return `[\n${all.map((each) => `  ${JSON.stringify(each)}`).join(',\n')}\n]\n`
}

export function goldenOf({ property, seed }: WorldCases, outcomes: readonly Outcome[]): GoldenCase[] {
  return outcomes.map((outcome, index) => {
    const events = eventsOf(outcome)
    return {
      property,
      seed,
      case: index,
      hash: hashOutcome(outcome),
      events: events.length,
      every50: hashesOf(events).join(' '),
    }
  })
}

/** Where a case left the way it went when its hash was kept, in words; null where it did not. */
export function goldenDifference(
  kept: GoldenCase | undefined,
  now: GoldenCase,
  outcome: Outcome,
): string | null {
  if (kept?.hash === now.hash) return null
  const which = `Case ${now.case} of the property ${now.property}, seed ${now.seed},`
  if (kept === undefined) return `${which} is not in golden.json. ${WHAT_TO_DO}`
  return `${which} does not happen as golden.json says. ${whereFrom(kept, eventsOf(outcome))}\n${WHAT_TO_DO}`
}

function whereFrom(kept: GoldenCase, events: SimulationOutcome['events']): string {
  const before = kept.every50.split(' ')
  const now = hashesOf(events)
  const same = now.findIndex((hash, index) => hash !== before[index])
  const from = EVERY * (same === -1 ? Math.min(now.length, before.length) : same)
  if (same === -1 && events.length === kept.events)
    return 'Its events are the same, and files hold other bytes.'
  return [
    `It had ${kept.events} events and has ${events.length}. The first ${from} are the same; the first that differs is among these, as they are now:`,
    ...events.slice(from, from + EVERY).map((event) => `  ${describe(event)}`),
  ].join('\n')
}

function eventsOf(outcome: Outcome): SimulationOutcome['events'] {
  return outcome.flatMap(({ events }) => events)
}

function hashesOf(events: SimulationOutcome['events']): string[] {
  const trace = new EventTrace(1)
  const hashes: string[] = []
  for (const { atMs, label } of events) {
    trace.add(atMs, label)
    if (trace.count % EVERY === 0) hashes.push(trace.hash.slice(0, 8))
  }
  return hashes
}

const EVERY = 50
const WHAT_TO_DO =
  'If that is what a change is meant to do, `npm run golden` writes what happens now; commit it with the change.'
