import { suitesOf, unitTestsOf, type Defect } from './defect.ts'
import { SuitePool } from './suite-pool.ts'
import { SUITE_NAMES, type SuiteName, type SuiteResult } from './suites.ts'
import { runUnitSuite, type UnitResult } from './unit-suite.ts'

/** What `watertight defects --json` prints. */
export interface DefectsReport {
  readonly schema: 1
  readonly defects: readonly DefectReport[]
  /** The same suites and unit tests on the sources as they are. */
  readonly clean: { readonly cases: number; readonly falseAlarms: number }
}

export interface DefectReport {
  readonly id: string
  readonly origin: string
  /** Of the round in which it was found, such as `R1`; null where it has none. */
  readonly finding: string | null
  readonly description: string
  /** Whether everything that is said to catch it did. */
  readonly caught: boolean
  /** The suites that did, `unit` for unit tests. */
  readonly caughtBy: readonly (SuiteName | 'unit')[]
  /** True: no suite of the whole collector is known to catch it. */
  readonly unitOnly: boolean
  /** Cases and unit tests run in all; a suite ends with its first case that fails. */
  readonly cases: number
  readonly seconds: number
}

export interface DefectsOptions {
  /** Processes at a time. */
  readonly processes: number
  /** Told of each that is done. */
  readonly onDone: (what: string) => void
}

/** Puts each defect back and holds against it what is said to catch it; then the same against the sources as they are. */
export async function reportDefects(
  defects: readonly Defect[],
  { onDone, processes }: DefectsOptions,
): Promise<DefectsReport> {
  const units = await runUnitSuite(defects, { clean: true })
  onDone('unit tests')
  using pool = new SuitePool(processes)
  const reports = defects.map(async (defect) => {
    const report = await reportDefect(pool, defect, units.defects.get(defect.id))
    onDone(defect.id)
    return report
  })
  const used = SUITE_NAMES.filter((suite) => defects.some((defect) => suitesOf(defect).includes(suite)))
  const clean = used.length === 0 ? [] : await pool.run(null, used)
  return {
    schema: 1,
    defects: await Promise.all(reports),
    clean: {
      cases: casesOf(clean) + (units.clean?.cases ?? 0),
      falseAlarms: failing(clean).length + (units.clean?.failed.length ?? 0),
    },
  }
}

/** Whether every defect was caught and nothing else was. */
export function isGood({ defects, clean }: DefectsReport): boolean {
  return defects.every(({ caught }) => caught) && clean.falseAlarms === 0
}

async function reportDefect(
  pool: SuitePool,
  defect: Defect,
  unit: UnitResult | undefined,
): Promise<DefectReport> {
  const { id, origin, description } = defect
  const suites = suitesOf(defect)
  const startedMs = performance.now()
  const results = suites.length === 0 ? [] : await pool.run(id, suites)
  const seconds = (performance.now() - startedMs) / 1000 + (unit?.seconds ?? 0)
  const caughtInUnit = unit !== undefined && unit.failed.length >= unitTestsOf(defect).length
  return {
    id,
    origin,
    finding: defect.finding ?? null,
    description,
    caught: failing(results).length === suites.length && (unit === undefined || caughtInUnit),
    caughtBy: [...failing(results), ...(caughtInUnit ? (['unit'] as const) : [])],
    unitOnly: suites.length === 0,
    cases: casesOf(results) + (unit?.cases ?? 0),
    seconds,
  }
}

function failing(results: readonly SuiteResult[]): SuiteName[] {
  return results.filter(({ failure }) => failure !== null).map(({ suite }) => suite)
}

function casesOf(results: readonly SuiteResult[]): number {
  return results.reduce((sum, { cases }) => sum + cases, 0)
}
