import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { unitTestsOf, type Defect, type UnitTest } from './defect.ts'

/** What the unit tests that belong to a defect found. */
export interface UnitResult {
  /** Unit tests run. */
  readonly cases: number
  /** Titles of those that failed, and how. */
  readonly failed: readonly { readonly title: string; readonly message: string }[]
  readonly seconds: number
}

export interface UnitSuiteResult {
  readonly defects: ReadonlyMap<string, UnitResult>
  /** The same tests against the sources as they are; null when that was not asked for. */
  readonly clean: UnitResult | null
}

/**
 * Runs, for each defect, the unit tests that catch it against the sources with the defect put back, many defects in one process of Vitest; with `clean`
 * also against the sources as they are.
 * @param defects those with unit tests; others are passed over
 * @param options.processes of Vitest at a time, at least 1, the default
 * @throws Error when there is no result: a patch does not match, a file cannot be loaded, a title names no test
 */
export async function runUnitSuite(
  defects: readonly Defect[],
  { clean, processes = 1 }: { readonly clean: boolean; readonly processes?: number },
): Promise<UnitSuiteResult> {
  const own = defects.filter((defect) => unitTestsOf(defect).length > 0)
  const shares = Array.from({ length: processes }, (_, n) =>
    own.filter((_defect, at) => at % processes === n),
  )
  const results = await Promise.all(shares.map((share) => runShare(share, clean)))
  return {
    defects: new Map(results.flatMap((result) => [...result.defects])),
    clean: clean ? sumOf(results.map((result) => result.clean ?? NOTHING)) : null,
  }
}

async function runShare(own: readonly Defect[], clean: boolean): Promise<UnitSuiteResult> {
  if (own.length === 0) return { defects: new Map(), clean: null }
  const results = await runVitest(own, clean)
  const byGroup = Map.groupBy(results, ({ ancestorTitles }) => ancestorTitles[0] ?? '')
  const found = own.map((defect) => [defect.id, resultOf(defect.id, unitTestsOf(defect), byGroup)] as const)
  return {
    defects: new Map(found),
    clean: clean ? resultOf(CLEAN, own.flatMap(unitTestsOf), byGroup) : null,
  }
}

function sumOf(results: readonly UnitResult[]): UnitResult {
  return {
    cases: results.reduce((sum, { cases }) => sum + cases, 0),
    failed: results.flatMap(({ failed }) => failed),
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
  }
}

/** A result in the JSON report of Vitest. */
interface TestResult {
  readonly ancestorTitles: readonly string[]
  readonly title: string
  readonly status: string
  readonly duration?: number
  readonly failureMessages: readonly string[]
}

function resultOf(
  group: string,
  tests: readonly UnitTest[],
  byGroup: ReadonlyMap<string, readonly TestResult[]>,
): UnitResult {
  const all = byGroup.get(group) ?? []
  const broken = all.find(({ title }) => title === NOT_LOADED)
  if (broken !== undefined) throw new Error(`The unit tests of ${group} did not run: ${messageIn(broken)}`)
  const run = all.filter(({ status }) => status === 'passed' || status === 'failed')
  for (const { test } of tests) {
    const matching = run.filter((result) => titleOf(result).includes(test))
    if (matching.length === 0) throw new Error(`Of ${group} no unit test ran whose title contains "${test}"`)
  }
  const failed = run.filter(({ status }) => status === 'failed')
  return {
    cases: run.length,
    failed: failed.map((result) => ({ title: titleOf(result), message: messageIn(result) })),
    seconds: run.reduce((sum, { duration = 0 }) => sum + duration, 0) / 1000,
  }
}

async function runVitest(defects: readonly Defect[], clean: boolean): Promise<readonly TestResult[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-unit-suite-'))
  try {
    const outputFile = path.join(directory, 'results.json')
    const said = await vitest(defects, clean, outputFile)
    const report = await readFile(outputFile, 'utf8').catch(() => {
      throw new Error(`The unit tests of the defects gave no result: ${said}`)
    })
    const { testResults } = JSON.parse(report)
    return testResults.flatMap((file: { assertionResults: TestResult[] }) => file.assertionResults)
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** What it said on the way. */
async function vitest(defects: readonly Defect[], clean: boolean, outputFile: string): Promise<string> {
  const names = [
    ...defects.flatMap((defect) => unitTestsOf(defect).map(({ test }) => patternOf(defect.id, test))),
    ...(clean ? defects.flatMap(unitTestsOf).map(({ test }) => patternOf(CLEAN, test)) : []),
  ]
  const args = [
    'run',
    `--config=${fileURLToPath(new URL('unit-tests.config.ts', import.meta.url))}`,
    '--reporter=json',
    `--outputFile=${outputFile}`,
    `--testNamePattern=${NOT_LOADED}|${[...new Set(names)].join('|')}`,
  ]
  const files = Object.fromEntries(defects.map((defect) => [defect.id, filesOf([defect])]))
  const wanted = JSON.stringify(clean ? { ...files, [CLEAN]: filesOf(defects) } : files)
  const child = spawn(process.execPath, [VITEST, ...args], {
    cwd: ROOT,
    // What a test of this very project runs in must not be taken for its own.
    env: { ...withoutVitest(process.env), [FILES_VARIABLE]: wanted },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => (said += String(chunk)))
  await once(child, 'close')
  return said
}

function filesOf(defects: readonly Defect[]): string[] {
  return [...new Set(defects.flatMap((defect) => unitTestsOf(defect).map(({ file }) => file)))]
}

function withoutVitest(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV$)/.test(name)))
}

function patternOf(group: string, test: string): string {
  // Vitest writes the titles of groups with an arrow behind them, which a title itself has not.
  return `^\\s*${group} .*${escaped(test).replaceAll(' ', '(?: > | )')}`
}

/** The text as a pattern that matches it. */
function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function titleOf({ ancestorTitles, title }: TestResult): string {
  return [...ancestorTitles.slice(1), title].join(' ')
}

function messageIn({ failureMessages }: TestResult): string {
  return (failureMessages[0] ?? '').split('\n    at ')[0]!
}

/** The group of the sources as they are. */
export const CLEAN = 'clean'
/** Of a test that stands for a file that could not be loaded. */
export const NOT_LOADED = 'could not be loaded'
/** By group, a defect or the sources as they are: the files of tests to load, as JSON. */
export const FILES_VARIABLE = 'WATERTIGHT_UNIT_FILES'

const NOTHING: UnitResult = { cases: 0, failed: [], seconds: 0 }
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const VITEST = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
