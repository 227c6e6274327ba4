import { readFileSync } from 'node:fs'
import { Argument, Command } from 'commander'
import { judge, type Verdict } from './judge.ts'
import { PART_NAMES, PARTS } from './parts.ts'
import { runPart } from './run-part.ts'
import { SURVIVORS } from './survivors.ts'

/**
 * `npm run mutation`: mutation testing of the parts of the collector that hold its promises. Ends with status 1 when a mutant survives that is not
 * explained, an explanation is of no mutant that survives, or less than 90 % of a part's mutants are killed.
 */
const program = new Command('mutation')
  .description('mutation testing of the parts of the collector that hold its promises')
  .addArgument(new Argument('[part...]', 'which of them, default all').choices(PART_NAMES))
  .option('--vitest', 'start Vitest for each mutant, as Stryker does by itself')
  .option('--static', 'run also mutants that are evaluated while a module is loaded')
  .parse()
const values: { readonly vitest?: true; readonly static?: true } = program.opts()
const positionals = program.args

const LEAST_SCORE = 90
const linesOf = (file: string): string[] => readFileSync(file, 'utf8').split('\n')
const wanted = PARTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
for (const part of wanted) {
  const startedMs = performance.now()
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  const mutants = await runPart(part, {
    runner: values.vitest === true ? 'vitest' : 'one-process',
    withStatic: values.static === true,
    directory: 'out/mutation',
  })
  const verdict = judge(mutants, SURVIVORS, linesOf)
  process.stdout.write(textOf(part.name, verdict, (performance.now() - startedMs) / 1000))
  if (verdict.unexplained.length > 0 || verdict.stale.length > 0 || verdict.score < LEAST_SCORE)
    process.exitCode = 1
}

function textOf(part: string, verdict: Verdict, seconds: number): string {
  const { killed, mutants, explained, unexplained, stale, score } = verdict
  const lines = [
    `${part}: ${killed} of ${mutants} mutants killed (${score.toFixed(1)} %), ${explained} explained, ${unexplained.length} not explained, ${Math.round(seconds)} s`,
    ...unexplained.map(
      ({ file, line, mutator, replacement, status, text }) =>
        `  ${status}: ${file}:${line} ${mutator}: ${text} => ${replacement.replaceAll(/\s+/g, ' ')}`,
    ),
    ...stale.map(({ file, line, mutator }) => `  Explained, but killed or gone: ${file} ${mutator}: ${line}`),
  ]
  return `${lines.join('\n')}\n`
}
