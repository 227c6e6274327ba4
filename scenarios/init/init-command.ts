import { writeFile } from 'node:fs/promises'
import { Argument, type Command } from 'commander'
import { codeOf, messageOf } from '../../reference/errors.ts'
import { UsageError } from '../../reference/usage-error.ts'
import { TEMPLATES } from './templates.ts'

interface InitOptions {
  readonly out?: string
  readonly force?: true
}

/** `watertight init`: a file to begin with, which says in comments what can be changed. */
export function registerInitCommand(program: Command): void {
  const kinds = Object.entries(TEMPLATES)
  program
    .command('init')
    .description(
      `write a file to begin with: ${kinds.map(([kind, { description }]) => `${kind} (${description})`).join(', ')}`,
    )
    .addArgument(new Argument('<kind>', 'what').choices(kinds.map(([kind]) => kind)))
    .option('--out <file>', `where (default: ${kinds.map(([, { file }]) => file).join(', ')})`)
    .option('--force', 'replace the file, if there is one')
    .action(async (kind: string, { out, force }: InitOptions) => {
      const { file, text } = TEMPLATES[kind]!
      const target = out ?? file
      await writeTemplate(target, text, force === true)
      process.stdout.write(`${target} is written\n`)
    })
}

/** @throws UsageError when there is such a file, unless it may be replaced, or it cannot be written */
export async function writeTemplate(file: string, text: string, replace: boolean): Promise<void> {
  await writeFile(file, text, { flag: replace ? 'w' : 'wx' }).catch((error: unknown) => {
    const why = codeOf(error) === 'EEXIST' ? 'it is there already; --force replaces it' : messageOf(error)
    throw new UsageError(`Cannot write ${file}: ${why}`)
  })
}
