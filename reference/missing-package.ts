import { codeOf, messageOf } from './errors.ts'

/** The package that a module was looked for in and is not installed; `null` when that is not what went wrong. */
export function missingPackage(error: unknown): string | null {
  if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') return null
  return /^Cannot find package '([^']+)'/.exec(messageOf(error))?.[1] ?? null
}

/** What is said of it. A collector in production needs none of the packages that are not installed with this one. */
export function packageNeeded(verb: string, name: string): string {
  return `Cannot run ${verb}: it needs the package ${name}, which is not installed with this one: npm install ${name}`
}
