import { randomInt } from 'node:crypto'
import { Command, InvalidArgumentError } from 'commander'
import { inputOf } from './fuzz.ts'
import { runTarget } from './run-target.ts'
import { FUZZ_TARGETS } from './targets.ts'

/** `npm run fuzz -- [--parser NAME ...] [--inputs N] [--seed N] [--from N]`. */
interface Options {
  readonly parser?: readonly string[]
  readonly inputs: number
  readonly seed?: number
  readonly from: number
}

const NAMES = FUZZ_TARGETS.map(({ name }) => name)

const program = new Command('fuzz')
  .description(
    'Gives every parser inputs that are almost right. Status 1 when one crashes, hangs or takes too much memory.',
  )
  .option('--parser <name...>', `only these: ${NAMES.join(', ')}`, oneOfNames)
  .option('--inputs <count>', 'for each parser', wholeNumber, 100_000)
  .option('--seed <number>', 'decides with its number what an input is; default: a new one', wholeNumber)
  .option('--from <number>', 'number of the first input', wholeNumber, 0)
  .action(run)
await program.parseAsync()

async function run({ parser = NAMES, inputs, seed = randomInt(2 ** 31), from }: Options): Promise<void> {
  for (const target of FUZZ_TARGETS.filter(({ name }) => parser.includes(name))) {
    const startedMs = performance.now()
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const end = await runTarget(target.name, { seed, from, inputs })
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    if (end === null) {
      process.stdout.write(`${target.name}: ${inputs} inputs, no fault, ${seconds} s (seed ${seed})\n`)
      continue
    }
    process.exitCode = 1
    const input = JSON.stringify(Buffer.from(inputOf(target, seed, end.at)).toString('latin1'))
    const again = `npm run fuzz -- --parser ${target.name} --seed ${seed} --from ${end.at} --inputs 1`
    process.stdout.write(
      `${target.name}: input ${end.at} fails after ${seconds} s\n  ${input}\n  again: ${again}\n${end.why}\n`,
    )
  }
}

function oneOfNames(name: string, before: readonly string[] = []): readonly string[] {
  if (!NAMES.includes(name)) throw new InvalidArgumentError(`allowed: ${NAMES.join(', ')}`)
  return [...before, name]
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0 || text.trim() === '')
    throw new InvalidArgumentError('expected a whole number of at least 0')
  return number
}
