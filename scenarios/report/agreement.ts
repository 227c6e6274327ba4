import type { EngineName } from '../engines/phase-engine.ts'
import type { RunResult } from './run-result.ts'
import { subjectText } from './titles.ts'

/** What an engine's runs say of one criterion. */
export type Said = 'passed' | 'failed' | 'not measured'

/** A criterion of which not every engine says the same. */
export interface Difference {
  readonly subject: string
  readonly phase: string
  readonly description: string
  /** Of each engine that the phase was run on, in the order of the runs. */
  readonly said: ReadonlyMap<EngineName, Said>
  /** Why an engine cannot measure what another one does; `null` where nothing explains the difference. */
  readonly why: string | null
}

/** What several engines say of the same subjects in the same phases. */
export interface Agreement {
  readonly engines: readonly EngineName[]
  /** Criteria of phases that were run on two engines or more. */
  readonly compared: number
  readonly differences: readonly Difference[]
}

/** `null` where no subject was run in the same phase on two engines. */
export function agreementOf(runs: readonly RunResult[]): Agreement | null {
  const cases = [...Map.groupBy(runs, (run) => `${subjectText(run)}\n${run.phase}`).values()].filter(
    (its) => enginesOf(its).length > 1,
  )
  if (cases.length === 0) return null
  const criteria = cases.flatMap(criteriaOf)
  return {
    engines: enginesOf(cases.flat()),
    compared: criteria.length,
    differences: criteria.filter(({ said }) => new Set(said.values()).size > 1),
  }
}

/** On how many criteria the engines agree. */
export function agreementText({ engines, compared, differences }: Agreement): string {
  const all = new Intl.ListFormat('en').format(engines)
  return `${all} agree on ${compared - differences.length} of ${compared} criteria`
}

/** Who says what of one of the others, and why. */
export function differenceText({ subject, phase, description, said, why }: Difference): string {
  const verdicts = [...said].map(([engine, verdict]) => `${verdict} on ${engine}`)
  return `${subject}, ${phase}, ${description}: ${verdicts.join(', ')} (${why ?? 'not explained'})`
}

function enginesOf(runs: readonly RunResult[]): EngineName[] {
  return [...new Set(runs.map(({ engine }) => engine))]
}

/** Of one subject in one phase. */
function criteriaOf(runs: readonly RunResult[]): Difference[] {
  const first = new Map(runs.flatMap(({ criteria }) => criteria.map((each) => [each.id, each.description])))
  return [...first].map(([id, description]) => {
    const said = new Map(
      enginesOf(runs).map((name) => [
        name,
        saidBy(
          runs.filter(({ engine }) => engine === name),
          id,
        ),
      ]),
    )
    const { phase } = runs[0]!
    return { subject: subjectText(runs[0]!), phase, description, said, why: whyOf(id, said) }
  })
}

function saidBy(runs: readonly RunResult[], id: string): Said {
  const verdicts = runs.flatMap(({ criteria }) => criteria.filter((each) => each.id === id))
  if (verdicts.some(({ pass }) => pass === false)) return 'failed'
  return verdicts.some(({ pass }) => pass === true) ? 'passed' : 'not measured'
}

/** Only what was not measured can be explained: that one engine passes what another one fails is what this is to find. */
function whyOf(id: string, said: ReadonlyMap<EngineName, Said>): string | null {
  const verdicts = [...said.values()]
  if (verdicts.includes('passed') && verdicts.includes('failed')) return null
  const reasons = [...said].flatMap(([engine, verdict]) =>
    verdict === 'not measured' ? [UNMEASURED[engine][id] ?? null] : [],
  )
  return reasons.includes(null) ? null : [...new Set(reasons)].join('; ')
}

const IN_THIS_PROCESS = 'in virtual time the collector has no process of its own'
const NO_ENGINE = 'in virtual time the engine has no process of its own'
const SHARED = 'on an engine that others use too, what it holds says nothing'

/** By engine and criterion: why it cannot be measured there. */
const UNMEASURED: Readonly<Record<EngineName, Readonly<Record<string, string>>>> = {
  virtual: {
    'memory-growth': IN_THIS_PROCESS,
    'cpu-rise': IN_THIS_PROCESS,
    'engine-descriptors': NO_ENGINE,
    'engine-tasks': NO_ENGINE,
  },
  simulated: {},
  docker: { 'engine-descriptors': SHARED, 'engine-tasks': SHARED },
}
