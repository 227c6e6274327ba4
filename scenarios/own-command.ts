import path from 'node:path'
import { UsageError } from '../reference/usage-error.ts'

/** The project's root among the sources, `dist` when published. */
export const ROOT: string = path.dirname(import.meta.dirname)

/** A file of this project, named from its root without an extension: a source, compiled when published. */
export function ownFile(name: string): string {
  return path.join(ROOT, `${name}${EXTENSION}`)
}

/** A command and what it needs in its environment. */
export interface OwnCommand {
  readonly command: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
}

/**
 * The command that runs `watertight` again, in a process of its own.
 * @param defect a known defect to put back into the sources, or `null`
 * @throws UsageError when a defect is asked for and there are no sources to put it into
 */
export function ownCommand(args: readonly string[], defect: string | null): OwnCommand {
  const cli = ownFile('cli')
  if (defect === null) return { command: [process.execPath, cli, ...args], env: {} }
  if (EXTENSION !== '.ts') {
    throw new UsageError(`Cannot put defect ${defect} back: run this from a checkout, it patches the sources`)
  }
  const register = ownFile('property-tests/defects/register')
  return {
    command: [process.execPath, '--import', register, cli, ...args],
    env: { WATERTIGHT_DEFECT: defect },
  }
}

const EXTENSION = path.extname(import.meta.filename)
