import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { importsOf } from '../tidy/source-file.ts'

/** The files, and every source of the project that imports one of them, directly or not. Paths from the project's root. */
export function importersOf(files: readonly string[]): ReadonlySet<string> {
  importers ??= readImporters()
  const found = new Set(files)
  // What is added while it is walked is walked as well.
  for (const file of found) for (const importer of importers.get(file) ?? []) found.add(importer)
  return found
}

/** Who imports each file. */
let importers: ReadonlyMap<string, ReadonlySet<string>> | undefined

function readImporters(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const file of globSync('{reference,simulators,property-tests,scenarios}/**/*.ts', { cwd: ROOT })) {
    const text = readFileSync(path.join(ROOT, file), 'utf8').replaceAll(TYPES_ONLY, '')
    for (const imported of importsOf({ path: file, text }))
      found.set(imported, (found.get(imported) ?? new Set()).add(file))
  }
  return found
}

const ROOT = path.join(import.meta.dirname, '..', '..')
/** An import or export that loads nothing. */
const TYPES_ONLY = /\b(?:import|export) type (?:\*|\w+|\{)[^']*? from '[^']+'/g
