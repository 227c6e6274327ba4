import { kindOf, suitesOf, unitTestsOf, type Defect, type TestKind, type UnitTest } from './defect.ts'
import { SuitePool } from './suite-pool.ts'
import { SUITE_NAMES, type SuiteName, type SuiteResult } from './suites.ts'
import { runUnitSuite, type UnitResult } from './unit-suite.ts'

/** What `watertight defects --json` prints. */
export interface DefectsReport {
  readonly schema: 1
  readonly defects: readonly DefectReport[]
  /** The same suites and unit tests on the sources as they are. */
  readonly clean: {
    readonly cases: number
    readonly falseAlarms: number
    /** What failed, and how. */
    readonly failures: readonly string[]
  }
}

export interface DefectReport {
  readonly id: string
  /** The finding it belongs to; null for one that is known by its own number. */
  readonly finding: string | null
  readonly origin: string
  readonly description: string
  readonly caught: boolean
  readonly caughtBy: readonly (SuiteName | TestKind)[]
  /** The tests that catch it beside suites, properties among them. */
  readonly unitTests: readonly UnitTest[]
  /** Whether neither a suite or a scenario of the whole collector nor a property catches it. */
  readonly unitOnly: boolean
  /** Suites and unit tests that the catalogue says catch it, and that did not. */
  readonly missedBy: readonly string[]
  /** Cases run in all; a suite ends with its first case that fails. */
  readonly cases: number
  readonly seconds: number
}

export interface DefectsReportOptions {
  /** Processes at a time, at least 1. */
  readonly processes: number
  /** Suites of the whole collector to hold against every defect, beside those that the catalogue names for it. Default none. */
  readonly suites?: readonly SuiteName[]
  /** Told of each defect that is done with. */
  readonly onDone?: (what: string) => void
}

/**
 * Puts the defects back one after the other and holds against each what the catalogue says catches it; then all of that against the sources as
 * they are.
 */
export async function reportDefects(
  defects: readonly Defect[],
  { processes, suites = [], onDone = () => {} }: DefectsReportOptions,
): Promise<DefectsReport> {
  const units = await runUnitSuite(defects, { clean: true, processes })
  onDone('the unit tests')
  using pool = new SuitePool(processes)
  const reports = new Map<string, DefectReport>()
  const queue = defects.values()
  const worker = async (): Promise<void> => {
    for (const defect of queue) {
      // oxlint-disable-next-line no-await-in-loop -- each is timed alone
      reports.set(defect.id, await reportDefect(pool, defect, suites, units.defects.get(defect.id)))
      onDone(defect.id)
    }
  }
  await Promise.all(Array.from({ length: processes }, worker))
  const used = SUITE_NAMES.filter((name) =>
    defects.some((defect) => heldAgainst(defect, suites).includes(name)),
  )
  const clean = used.length === 0 ? [] : await pool.run(null, used)
  onDone('without a defect')
  return {
    schema: 1,
    defects: defects.map(({ id }) => reports.get(id)!),
    clean: cleanOf(clean, units.clean!),
  }
}

/** Whether every defect was caught by all that should catch it, and nothing else was. */
export function isGood({ defects, clean }: DefectsReport): boolean {
  return defects.every(({ caught, missedBy }) => caught && missedBy.length === 0) && clean.falseAlarms === 0
}

async function reportDefect(
  pool: SuitePool,
  defect: Defect,
  suites: readonly SuiteName[],
  unit: UnitResult = { cases: 0, failed: [], seconds: 0 },
): Promise<DefectReport> {
  const { id, finding = null, origin, description } = defect
  const startedMs = performance.now()
  const names = heldAgainst(defect, suites)
  const results = names.length === 0 ? [] : await pool.run(id, names)
  const seconds = unit.seconds + (performance.now() - startedMs) / 1000
  const failed = results.filter(({ failure }) => failure !== null).map(({ suite }) => suite)
  const isCaught = ({ test }: UnitTest): boolean => unit.failed.some(({ title }) => title.includes(test))
  const unitTests = unitTestsOf(defect).filter(isCaught)
  const kinds = (['property', 'scenario', 'unit'] as const).filter((kind) =>
    unitTests.some((test) => kindOf(test) === kind),
  )
  const caughtBy = [...failed, ...kinds]
  return {
    id,
    finding,
    origin,
    description,
    caught: caughtBy.length > 0,
    caughtBy,
    unitTests,
    unitOnly: caughtBy.length > 0 && caughtBy.every((by) => by === 'unit'),
    missedBy: [
      ...suitesOf(defect).filter((name) => !failed.includes(name)),
      ...unitTestsOf(defect)
        .filter((test) => !isCaught(test))
        .map(({ file, test }) => `${file}: ${test}`),
    ],
    cases: unit.cases + casesOf(results),
    seconds,
  }
}

function heldAgainst(defect: Defect, suites: readonly SuiteName[]): SuiteName[] {
  const own = suitesOf(defect)
  return SUITE_NAMES.filter((name) => own.includes(name) || suites.includes(name))
}

function cleanOf(suites: readonly SuiteResult[], unit: UnitResult): DefectsReport['clean'] {
  const failures = [
    ...suites.flatMap(({ suite, failure }) => (failure === null ? [] : [`${suite}: ${failure}`])),
    ...unit.failed.map(({ title, message }) => `${title}: ${message}`),
  ]
  return { cases: unit.cases + casesOf(suites), falseAlarms: failures.length, failures }
}

function casesOf(results: readonly SuiteResult[]): number {
  return results.reduce((sum, { cases }) => sum + cases, 0)
}
