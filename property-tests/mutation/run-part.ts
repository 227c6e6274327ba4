import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PartialStrykerOptions } from '@stryker-mutator/api/core'
import { Stryker } from '@stryker-mutator/core'
import type { Part } from './parts.ts'

/** A change of a source, and what the tests made of it. */
export interface Mutant {
  /** Path from the project's root. */
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly mutator: string
  readonly replacement: string
  readonly status: string
}

export interface HowToRun {
  /** `vitest` is Stryker's own: it starts Vitest for each mutant. */
  readonly runner: 'one-process' | 'vitest'
  /** Whether also those mutants are run that are evaluated while a module is loaded. */
  readonly withStatic: boolean
  /** Where reports go. */
  readonly directory: string
}

/**
 * Holds every mutant of a part against its tests. The report, `<part>.html` and `<part>.json`, and what is remembered for the next run are put into the
 * directory.
 * @throws Error when the tests fail without a mutant
 */
export async function runPart(part: Part, how: HowToRun): Promise<Mutant[]> {
  const results = await new Stryker(optionsFor(part, how)).runMutationTest()
  return results.map(({ fileName, location, mutatorName, replacement, status }) => ({
    file: path.relative(process.cwd(), fileName),
    line: location.start.line,
    mutator: mutatorName,
    replacement: replacement ?? '',
    status,
  }))
}

function optionsFor(part: Part, { runner, withStatic, directory }: HowToRun): PartialStrykerOptions {
  const report = `${directory}/${part.name}`
  return {
    mutate: part.sources.flatMap((pattern) =>
      pattern.startsWith('!') ? [pattern] : [pattern, ...NOT_MUTATED],
    ),
    testFiles: [...part.tests],
    testRunner: runner,
    plugins: ['@stryker-mutator/vitest-runner', fileURLToPath(ONE_PROCESS)],
    vitest: { configFile: 'property-tests/mutation/vitest.config.ts', related: false, pool: 'threads' },
    checkers: [],
    // Stryker reads settings of TypeScript with the programming interface of TypeScript 5, which 7 does not have. It need not: nothing is compiled.
    tsconfigFile: 'none',
    disableTypeChecks: false,
    concurrency: 1,
    // Mutants of what is evaluated while a module is loaded: each takes a process of its own and all tests.
    ignoreStatic: !withStatic,
    coverageAnalysis: 'perTest',
    // What a mutant leaves behind in the process does not go far.
    maxTestRunnerReuse: runner === 'one-process' ? 500 : 0,
    // On a busy machine a test may take a hundred times as long as at first.
    timeoutMS: 60_000,
    dryRunTimeoutMinutes: 60,
    incremental: true,
    incrementalFile: `${report}.${runner}.incremental.json`,
    tempDirName: `${directory}/copies`,
    ignorePatterns: ['/dist*', '/out', '/data', '/docs', '/examples', '/scenarios'],
    reporters: ['html', 'json', 'progress-append-only'],
    htmlReporter: { fileName: `${report}.html` },
    jsonReporter: { fileName: `${report}.json` },
    allowConsoleColors: false,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the values of Stryker's enumeration cannot be imported
    logLevel: 'warn' as PartialStrykerOptions['logLevel'] & string,
  }
}

const ONE_PROCESS = new URL('one-process/stryker-plugin.ts', import.meta.url)
const NOT_MUTATED = ['!**/*.test.ts', '!**/*.test-helper.ts']
