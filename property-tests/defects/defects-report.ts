import type { Defect } from './defect.ts'
import { SuitePool } from './suite-pool.ts'
import type { SuiteName, SuiteResult } from './suites.ts'

/** What `watertight defects --json` prints. */
export interface DefectsReport {
  readonly schema: 1
  readonly defects: readonly DefectReport[]
  /** The same suites on the sources as they are. */
  readonly clean: { readonly cases: number; readonly falseAlarms: number }
}

export interface DefectReport {
  readonly id: string
  readonly origin: string
  readonly description: string
  readonly caught: boolean
  readonly caughtBy: readonly SuiteName[]
  /** Cases run in all; a suite ends with its first case that fails. */
  readonly cases: number
  readonly seconds: number
}

/** Puts the defects back one after the other and runs every suite against each, then against the sources as they are. */
export async function reportDefects(
  defects: readonly Defect[],
  suites: readonly SuiteName[],
  onDone: (what: string) => void,
): Promise<DefectsReport> {
  using pool = new SuitePool(1)
  const reports: DefectReport[] = []
  for (const defect of defects) {
    // oxlint-disable-next-line no-await-in-loop -- each is timed alone
    reports.push(await reportDefect(pool, defect, suites))
    onDone(defect.id)
  }
  const clean = await pool.run(null, suites)
  onDone('without a defect')
  return {
    schema: 1,
    defects: reports,
    clean: { cases: casesOf(clean), falseAlarms: failing(clean).length },
  }
}

/** Whether every defect was caught and nothing else was. */
export function isGood({ defects, clean }: DefectsReport): boolean {
  return defects.every(({ caught }) => caught) && clean.falseAlarms === 0
}

async function reportDefect(
  pool: SuitePool,
  defect: Defect,
  suites: readonly SuiteName[],
): Promise<DefectReport> {
  const { id, origin, description } = defect
  const startedMs = performance.now()
  const results = await pool.run(id, suites)
  const caughtBy = failing(results)
  const seconds = (performance.now() - startedMs) / 1000
  return { id, origin, description, caught: caughtBy.length > 0, caughtBy, cases: casesOf(results), seconds }
}

function failing(results: readonly SuiteResult[]): SuiteName[] {
  return results.filter(({ failure }) => failure !== null).map(({ suite }) => suite)
}

function casesOf(results: readonly SuiteResult[]): number {
  return results.reduce((sum, { cases }) => sum + cases, 0)
}
