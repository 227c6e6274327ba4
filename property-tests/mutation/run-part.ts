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

export type Runner = 'one-process' | 'vitest'

/**
 * Holds every mutant of a part against its tests. The report, `<part>.html` and `<part>.json`, and what is remembered for the next run are put into the
 * directory.
 * @throws Error when the tests fail without a mutant
 */
export async function runPart(part: Part, runner: Runner, directory: string): Promise<Mutant[]> {
  const results = await new Stryker(optionsFor(part, runner, directory)).runMutationTest()
  return results.map(({ fileName, location, mutatorName, replacement, status }) => ({
    file: path.relative(process.cwd(), fileName),
    line: location.start.line,
    mutator: mutatorName,
    replacement: replacement ?? '',
    status,
  }))
}

function optionsFor(part: Part, runner: Runner, directory: string): PartialStrykerOptions {
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
    coverageAnalysis: 'perTest',
    // What a mutant leaves behind in the process does not go far.
    maxTestRunnerReuse: runner === 'one-process' ? 100 : 0,
    // On a busy machine a test may take a hundred times as long as at first.
    timeoutMS: 60_000,
    incremental: true,
    incrementalFile: `${report}.${runner}.incremental.json`,
    tempDirName: `${directory}/copies`,
    ignorePatterns: ['/dist*', '/out', '/data', '/docs', '/examples', '/scenarios'],
    reporters: ['html', 'json'],
    htmlReporter: { fileName: `${report}.html` },
    jsonReporter: { fileName: `${report}.json` },
    allowConsoleColors: false,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the values of Stryker's enumeration cannot be imported
    logLevel: 'warn' as PartialStrykerOptions['logLevel'] & string,
  }
}

const ONE_PROCESS = new URL('one-process/stryker-plugin.ts', import.meta.url)
const NOT_MUTATED = ['!**/*.test.ts', '!**/*.test-helper.ts']
