import { InvalidArgumentError, type Command } from 'commander'
import { NodeFileSystem } from './adapters/node-file-system.ts'
import { acquireStateLock } from './adapters/state-lock.ts'
import { loadConfig } from './config/load-config.ts'
import {
  letterDirectory,
  removeRequest,
  sinksWithLetters,
  writePlace,
  writeRequest,
} from './dispatch/dead-letters/letter-files.ts'
import { listLetters, readLetters, type LetterList } from './dispatch/dead-letters/letter-list.ts'
import { UsageError } from './usage-error.ts'

interface Options {
  readonly config?: string
  readonly sink?: string
  readonly json?: true
}

/** `watertight dead-letters`: what sinks did not take. Works while a collector runs on the state directory, and while none does. */
export function registerDeadLettersCommand(program: Command): void {
  const letters = program
    .command('dead-letters')
    .description('lines that a sink did not take: list and show them, have them redelivered or dropped')
  verb(letters, 'list', 'how many there are for each sink, and why').action(list)
  verb(letters, 'show', 'the lines, each with its id and why the sink did not take it')
    .option('--limit <lines>', 'the oldest, at most so many', wholeNumber, 1000)
    .action(show)
  verb(
    letters,
    'redeliver',
    'give them to their sink again: at once where a collector runs, or when it starts',
  ).action(redeliver)
  verb(letters, 'drop', 'give them up').option('--all', 'those of every sink').action(drop)
}

function verb(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .option('--config <file>', "the collector's configuration in YAML (default: the defaults of every key)")
    .option('--sink <name>', 'only those of this sink')
    .option('--json', 'print JSON')
}

async function list(options: Options): Promise<void> {
  const lists = await letterLists(options)
  if (options.json === true) return print(JSON.stringify({ schema: 1, sinks: lists.map(summaryOf) }))
  if (lists.length === 0) print('no dead letters')
  for (const one of lists) {
    const { sink, lines, bytes, oldest, reasons } = summaryOf(one)
    const why = Object.entries(reasons).map(([reason, count]) => `${count} ${reason}`)
    print(`${sink}: ${lines} lines, ${bytes} bytes, the oldest given up at ${oldest}; ${why.join(', ')}`)
  }
}

async function show(options: Options & { readonly limit: number }): Promise<void> {
  const stateDir = await stateDirOf(options)
  let left = options.limit
  for (const { sink } of await letterLists(options)) {
    // eslint-disable-next-line no-await-in-loop -- in their order
    const letters = await readLetters(fileSystem, stateDir, sink, left)
    left -= letters.length
    for (const letter of letters) {
      const { id, source, time, reason, why, text } = letter
      const line = `${sink} ${id} ${source.name} ${time} ${reason} (${why}): ${text}`
      print(options.json === true ? JSON.stringify(letter) : line)
    }
  }
}

async function redeliver(options: Options): Promise<void> {
  await ask(
    options,
    'redeliver',
    'will be given to it again: within seconds where its collector runs, or when that starts',
  )
}

/** Where no collector runs nobody needs to be asked. */
async function drop(options: Options & { readonly all?: true }): Promise<void> {
  if (options.sink === undefined && options.all !== true)
    throw new UsageError('Cannot drop dead letters: say of which sink with --sink <name>, or --all')
  const stateDir = await stateDirOf(options)
  const lists = await ask(options, 'drop', 'are dropped')
  if (lists.length === 0) return
  const lock = await acquireStateLock(stateDir).catch((error: unknown) => {
    if (error instanceof UsageError && error.code === 'state_in_use') return null
    throw error
  })
  if (lock === null) return
  try {
    for (const { sink, end } of lists) {
      const directory = letterDirectory(stateDir, sink)
      // eslint-disable-next-line no-await-in-loop -- few
      await writePlace(fileSystem, directory, end)
      // eslint-disable-next-line no-await-in-loop
      await removeRequest(fileSystem, directory)
    }
  } finally {
    await lock.release()
  }
}

async function ask(
  options: Options,
  action: 'redeliver' | 'drop',
  what: string,
): Promise<readonly LetterList[]> {
  const stateDir = await stateDirOf(options)
  const lists = await letterLists(options)
  for (const { sink, end } of lists) {
    // eslint-disable-next-line no-await-in-loop -- few
    await writeRequest(fileSystem, letterDirectory(stateDir, sink), { action, before: end })
  }
  if (options.json === true) {
    print(JSON.stringify({ schema: 1, action, sinks: lists.map(summaryOf) }))
    return lists
  }
  if (lists.length === 0) print('no dead letters')
  for (const { sink, records } of lists) print(`${sink}: ${records} lines ${what}`)
  return lists
}

/** Of the sinks that were asked for and have any. @throws UsageError naming those that have, when the one that was asked for has none. */
async function letterLists(options: Options): Promise<LetterList[]> {
  const stateDir = await stateDirOf(options)
  const lists: LetterList[] = []
  for (const name of await sinksWithLetters(fileSystem, stateDir)) {
    // eslint-disable-next-line no-await-in-loop -- few
    const own = await listLetters(fileSystem, stateDir, name)
    if (own.records > 0) lists.push(own)
  }
  const { sink } = options
  if (sink === undefined || lists.length === 0) return lists
  const found = lists.filter((own) => own.sink === sink)
  if (found.length > 0) return found
  const names = lists.map((own) => own.sink).join(', ')
  throw new UsageError(`Cannot find dead letters of ${JSON.stringify(sink)}: there are some of ${names}`)
}

interface Summary extends Pick<LetterList, 'sink' | 'bytes' | 'reasons'> {
  readonly lines: number
  /** When the oldest was given up. */
  readonly oldest: string | null
}

function summaryOf({ sink, records, bytes, oldestMs, reasons }: LetterList): Summary {
  const oldest = oldestMs === null ? null : new Date(oldestMs).toISOString()
  return { sink, lines: records, bytes, oldest, reasons }
}

async function stateDirOf({ config }: Options): Promise<string> {
  return (await loadConfig(config, { fileSystem, env: process.env })).stateDir
}

function wholeNumber(text: string): number {
  const limit = Number(text)
  if (Number.isSafeInteger(limit) && limit >= 1) return limit
  throw new InvalidArgumentError('Allowed: a whole number, at least 1.')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

const fileSystem = new NodeFileSystem()
