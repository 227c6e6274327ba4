import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  INSTRUMENTER_CONSTANTS,
  type InstrumenterContext,
  type StrykerOptions,
} from '@stryker-mutator/api/core'
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin'
import {
  determineHitLimitReached,
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestRunner,
  type TestResult,
  type TestRunnerCapabilities,
} from '@stryker-mutator/api/test-runner'
import { ProcessorLimit, processorMs } from './processor-limit.ts'
import { registered, type RegisteredTest } from './registered-tests.ts'
import { forgetPreparations, runTest, unhandled, type TestFailure } from './run-test.ts'

/**
 * A test runner of Stryker that loads the files of tests once and runs their tests for one mutant after another: mutants are switches in the instrumented
 * sources. Stryker's Vitest runner starts Vitest anew for each mutant, which takes a hundred times as long as most tests. A mutant of what is evaluated while a
 * module is loaded, or one that hangs, gets a new process from Stryker.
 */
export class OneProcessRunner implements TestRunner {
  static readonly inject = tokens(commonTokens.options)
  readonly #state: InstrumenterContext
  readonly #files: readonly string[]
  #loaded = false
  readonly #limit = new ProcessorLimit(process.cwd())
  /** Milliseconds of the processor that each test uses without a mutant. */
  #usualMs: Record<string, number> = {}

  constructor({ testFiles }: StrykerOptions) {
    this.#files = testFiles
    this.#state = instrumented[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {}
  }

  capabilities(): TestRunnerCapabilities {
    return { reloadEnvironment: false }
  }

  async init(): Promise<void> {
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'vitest' && context.parentURL !== STAND_IN
          ? { url: STAND_IN, shortCircuit: true }
          : next(specifier, context),
    })
    for (const event of ['unhandledRejection', 'uncaughtException'] as const)
      process.on(event, (error: unknown) => unhandled.push(error))
    await import(addressOf('property-tests/pinned-seed.ts'))
    if (existsSync(USUAL)) this.#usualMs = JSON.parse(readFileSync(USUAL, 'utf8'))
  }

  async dryRun(): Promise<DryRunResult> {
    await this.#load()
    const tests: TestResult[] = []
    for (const test of registered.all) {
      this.#state.currentTestId = test.id
      const [startedMs, usedMs] = [performance.now(), processorMs()]
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      tests.push(resultOf(test, await runTest(test), performance.now() - startedMs))
      this.#usualMs[test.id] = processorMs() - usedMs
    }
    delete this.#state.currentTestId
    writeFileSync(USUAL, JSON.stringify(this.#usualMs))
    const { mutantCoverage } = this.#state
    return { status: DryRunStatus.Complete, tests, ...(mutantCoverage && { mutantCoverage }) }
  }

  async mutantRun(run: MutantRunOptions): Promise<MutantRunResult> {
    const state = this.#state
    if (this.#limit.wasExceeded(run.activeMutant.id))
      return { status: MutantRunStatus.Timeout, reason: 'It uses too much of the processor' }
    if (run.mutantActivation === 'static') state.activeMutant = run.activeMutant.id
    try {
      await this.#load()
    } catch (error) {
      return killed(['loading'], String(error), 0)
    }
    state.activeMutant = run.activeMutant.id
    state.hitCount = 0
    if (run.hitLimit !== undefined) state.hitLimit = run.hitLimit
    return await this.#findKiller(run)
  }

  async #findKiller({ activeMutant, testFilter, hitLimit }: MutantRunOptions): Promise<MutantRunResult> {
    const wanted = testFilter === undefined ? null : new Set(testFilter)
    const tests = registered.all
      .filter(({ id }) => wanted === null || wanted.has(id))
      .toSorted((a, b) => this.#usualOf(a) - this.#usualOf(b))
    forgetPreparations()
    for (const [index, test] of tests.entries()) {
      this.#limit.begin(activeMutant.id, this.#usualOf(test))
      // oxlint-disable-next-line no-await-in-loop -- the first that fails is enough: the quickest is asked first
      const failed = await runTest(test)
      this.#limit.end()
      const limitReached = determineHitLimitReached(this.#state.hitCount, hitLimit)
      if (limitReached !== undefined)
        return { status: MutantRunStatus.Timeout, reason: limitReached.reason ?? 'too many hits' }
      if (failed?.hangs === true) return { status: MutantRunStatus.Timeout, reason: failed.message }
      if (failed !== null) return killed([test.id], failed.message, index + 1)
    }
    return { status: MutantRunStatus.Survived, nrOfTests: tests.length }
  }

  #usualOf({ id }: RegisteredTest): number {
    return this.#usualMs[id] ?? 0
  }

  async #load(): Promise<void> {
    if (this.#loaded) return
    this.#loaded = true
    for (const file of this.#files)
      // oxlint-disable-next-line no-await-in-loop -- what is registered meanwhile belongs to this file
      await registered.load(file, () => import(addressOf(file)))
  }
}

function killed(killedBy: string[], failureMessage: string, nrOfTests: number): MutantRunResult {
  return { status: MutantRunStatus.Killed, killedBy, failureMessage, nrOfTests }
}

function resultOf(
  { id, name, file }: RegisteredTest,
  failed: TestFailure | null,
  tookMs: number,
): TestResult {
  const base = { id, name, fileName: path.resolve(file), timeSpentMs: tookMs }
  return failed === null
    ? { ...base, status: TestStatus.Success }
    : { ...base, status: TestStatus.Failed, failureMessage: failed.message }
}

/** Of a file of the copy in which Stryker has put its mutants: the working directory. */
function addressOf(file: string): string {
  return pathToFileURL(path.resolve(file)).href
}

/** Where the instrumented sources look which mutant is switched on, and count. */
const instrumented: typeof globalThis & { [INSTRUMENTER_CONSTANTS.NAMESPACE]?: InstrumenterContext } =
  globalThis
/** In the copy that Stryker makes, for the processes after the first. */
const USUAL = 'processor-milliseconds.json'
const STAND_IN = new URL('vitest-stand-in.ts', import.meta.url).href

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'one-process', OneProcessRunner)]
