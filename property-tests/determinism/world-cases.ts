import fc from 'fast-check'
import { messageOf } from '../../reference/errors.ts'
import { watchOutcome, type Outcome } from '../../simulators/determinism/outcome.ts'
import { traceHash } from '../../simulators/fast-check.ts'
import { checkCollector, type PluginMaker } from '../collector.property.ts'
import { anyCommandOrCrash } from '../collector/crash-command.ts'
import { filesProperty } from '../files/files.property.ts'
import { streamProperty } from '../jetstream/stream.property.ts'
import { holdsEachLineOnce } from '../network-sinks/network-sinks.property.ts'
import { recordsProperty } from '../records.property.ts'

/** The properties whose cases happen in virtual worlds. */
export const WORLD_PROPERTIES = [
  'collector',
  'crash',
  'files',
  'jetstream',
  'network sinks',
  'records',
] as const
export type WorldProperty = (typeof WORLD_PROPERTIES)[number]

export interface WorldCases {
  readonly property: WorldProperty
  readonly seed: number
  /** How many, the first ones. */
  readonly cases: number
}

/** Of each property so many cases: those of a collector cost more. */
const CASES: Readonly<Record<WorldProperty, number>> = {
  collector: 5,
  crash: 2,
  files: 2,
  jetstream: 2,
  'network sinks': 1,
  records: 2,
}

/** The first cases of each property with a seed. */
export function someCases(seed: number): WorldCases[] {
  return WORLD_PROPERTIES.map((property) => ({ property, seed, cases: CASES[property] }))
}

/** What happened in each case, in their order. @throws Error when one fails */
export async function outcomesOf(cases: WorldCases): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const failure = await checkCases(cases, () => [noting(outcomes)])
  if (failure !== null) throw new Error(`The property ${cases.property} does not hold: ${failure}`)
  return outcomes
}

/** The same, each case twice. @throws Error when a case fails, or happens otherwise the second time */
export async function outcomesOfTwo(cases: WorldCases): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const failure = await checkCases(cases, () => [traceHash(), noting(outcomes)])
  if (failure !== null) throw new Error(`Of the property ${cases.property}, seed ${cases.seed}: ${failure}`)
  return outcomes.filter((_, index) => index % 2 === 0)
}

/** A plugin that adds what happens in each run of a case to a list. */
function noting<Case>(outcomes: Outcome[]): fc.Plugin<Case> {
  return () => ({
    decorateRun: (run) => async (value) => {
      const { value: verdict, outcome } = await watchOutcome(async () => await run(value))
      outcomes.push(outcome)
      return verdict
    },
  })
}

/** Runs cases of a property with plugins around each. @returns what failed; null when everything held */
async function checkCases(
  { property, seed, cases }: WorldCases,
  plugins: PluginMaker,
): Promise<string | null> {
  const parameters = { seed, numRuns: cases, plugins, shrink: false }
  switch (property) {
    case 'collector':
      return (await checkCollector(parameters)).failure
    case 'crash': {
      const engines = ['20.10', '26', '28'] as const
      return (await checkCollector({ ...parameters, engines, command: anyCommandOrCrash() })).failure
    }
    case 'files':
      return await check(filesProperty, parameters)
    case 'jetstream':
      return await check(streamProperty(), parameters)
    case 'network sinks':
      return await check(holdsEachLineOnce('loki'), parameters)
    case 'records':
      return await check(recordsProperty, parameters)
  }
}

async function check<Case>(
  property: fc.IAsyncProperty<Case>,
  {
    seed,
    numRuns,
    plugins,
  }: { readonly seed: number; readonly numRuns: number; readonly plugins: PluginMaker },
): Promise<string | null> {
  const details = await fc.check(property, { seed, numRuns, endOnFailure: true, plugins: plugins<Case>() })
  if (!details.failed) return null
  return `${fc.defaultReportMessage(details)}\n${messageOf(details.errorInstance)}`
}
