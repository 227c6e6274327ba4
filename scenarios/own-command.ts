import path from 'node:path'

/** True when the sources run as they are; false when the published JavaScript does. */
export const RUNS_FROM_SOURCES: boolean = path.extname(import.meta.filename) === '.ts'

/** The project's root among the sources, `dist` when published. */
export const ROOT: string = path.dirname(import.meta.dirname)

/** The command that runs `watertight` again, in a process of its own. */
export function ownCommand(...args: string[]): [string, ...string[]] {
  return [process.execPath, path.join(ROOT, `cli${path.extname(import.meta.filename)}`), ...args]
}
