import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { checkCleanSeeds, searchFor, type CampaignOptions } from './campaign/campaign.ts'

/**
 * `npm run campaign`: the collector's properties, without crashes and with them, with seeds nobody has tried, for a while; and beside them every sequence of
 * six commands on one container. Ends with status 1 at the first case that fails, which is written to a file for `watertight replay`, and when an
 * interesting state was not reached.
 */
interface Typed {
  readonly minutes: number
  readonly cleanSeeds?: number
  readonly cases: number
  readonly firstSeed: number
  readonly workers: number
  readonly out: string
}

await new Command('campaign')
  .description('the properties of the collector with seeds that nobody has tried, or with some seeds')
  .option('--minutes <n>', 'how long to search', above0, 5)
  .option('--clean-seeds <n>', 'run so many seeds instead, and go on where a case fails', wholeAbove0)
  .option('--cases <n>', 'cases of each property for each of those seeds', wholeAbove0, 1000)
  .option('--first-seed <n>', 'the first of those seeds', wholeAbove0, 1)
  .option('--workers <n>', 'processes at a time', wholeAbove0, availableParallelism())
  .option('--out <dir>', 'where files of failures are put', 'failures')
  .action(async ({ minutes, cleanSeeds: seeds, cases, firstSeed: first, workers, out }: Typed) => {
    const options: CampaignOptions = {
      workers,
      out,
      onFailure: (words) => process.stdout.write(`${words}\n`),
      onProgress: (words) => process.stderr.write(`${words}\n`),
    }
    const held =
      seeds === undefined
        ? await searchFor(minutes, options)
        : await checkCleanSeeds({ seeds, first, cases }, options)
    process.exitCode = held ? 0 : 1
  })
  .parseAsync()

function above0(text: string): number {
  const number = Number(text)
  if (!(number > 0 && Number.isFinite(number))) throw new InvalidArgumentError('Allowed: a number above 0.')
  return number
}

function wholeAbove0(text: string): number {
  const number = above0(text)
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError('Allowed: a whole number above 0.')
  return number
}
