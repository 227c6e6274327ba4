/**
 * `npm run anomalies -- [--seed N] [--write]`: how well the anomaly detector finds what is labelled in generated data; prints the page docs/anomaly-accuracy.md, or
 * writes it. With a seed, what that alone gives, and every finding that is wrong.
 */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import { ROOT } from '../own-command.ts'
import { accuracyPage, SEEDS } from './accuracy-page.ts'
import { evaluate } from './evaluate.ts'

const program = new Command('anomalies')
  .option('--seed <number>', 'one seed, and what is wrong with it', Number)
  .option('--write', 'write docs/anomaly-accuracy.md')
  .parse()
const { seed, write = false } = program.opts<{ seed?: number; write?: boolean }>()

if (seed !== undefined && !Number.isSafeInteger(seed))
  program.error('--seed: expected a whole number', { exitCode: 2 })
const all = (seed === undefined ? SEEDS : [seed]).map(evaluate)
const page = accuracyPage(all)
if (write && seed === undefined) await writeFile(path.join(ROOT, 'docs/anomaly-accuracy.md'), page)
else process.stdout.write(page)
if (seed !== undefined) for (const { wrong } of all) process.stdout.write(`\nWrong:\n${wrong.join('\n')}\n`)
