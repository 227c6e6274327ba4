import type { TracedEvent } from '../world/event-trace.ts'
import type { Outcome, SimulationOutcome } from './outcome.ts'

/** Where a second run left the way of the first, in words: the first event that differs, with those before it; null where both are the same. */
export function firstDifference(first: Outcome, second: Outcome): string | null {
  if (first.length !== second.length)
    return `The first run made ${first.length} worlds and the second ${second.length}.`
  for (const [index, one] of first.entries()) {
    const difference = differenceOf(one, second[index]!)
    if (difference !== null)
      return `World ${index + 1} of ${first.length}, with seed ${one.seed}, ${difference}`
  }
  return null
}

function differenceOf(one: SimulationOutcome, other: SimulationOutcome): string | null {
  if (one.seed !== other.seed) return `has seed ${other.seed} in the second run.`
  if (one.traceHash !== other.traceHash) return differentEvent(one.events, other.events)
  return differentFile(one, other)
}

function differentEvent(events: readonly TracedEvent[], others: readonly TracedEvent[]): string {
  const length = Math.max(events.length, others.length)
  let index = 0
  while (index < length && isSame(events[index], others[index])) index += 1
  const before = events.slice(Math.max(0, index - SHOWN), index)
  return [
    `went another way at event ${index + 1}:`,
    `  first run:  ${describe(events[index])}`,
    `  second run: ${describe(others[index])}`,
    index === 0 ? 'No event came before it.' : 'The events before it, the same in both:',
    ...before.map((event) => `  ${describe(event)}`),
  ].join('\n')
}

function isSame(one: TracedEvent | undefined, other: TracedEvent | undefined): boolean {
  return one !== undefined && other !== undefined && one.atMs === other.atMs && one.label === other.label
}

/** One line of a trace. */
export function describe(event: TracedEvent | undefined): string {
  return event === undefined
    ? 'nothing more happens'
    : `${event.atMs.toFixed(3).padStart(14)} ms  ${event.label}`
}

/** The same happened, and it left something else. */
function differentFile({ files }: SimulationOutcome, { files: others }: SimulationOutcome): string | null {
  const paths = [...new Set([...files, ...others].map(({ path }) => path))]
  for (const path of paths.toSorted()) {
    const [one, other] = [files, others].map((all) => all.find((each) => each.path === path)?.contents)
    if (one === other) continue
    return `has the same events in both runs, and ${path} differs: ${differentBytes(one, other)}`
  }
  return null
}

function differentBytes(one: string | undefined, other: string | undefined): string {
  if (one === undefined || other === undefined)
    return `it is there only after the ${one === undefined ? 'second' : 'first'} run.`
  let at = 0
  while (at < one.length && one[at] === other[at]) at += 1
  const around = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - SHOWN), at + SHOWN))
  return `at byte ${at} the first run left ${around(one)}, the second ${around(other)}.`
}

const SHOWN = 20
