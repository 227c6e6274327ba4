import path from 'node:path'
import { isTest, type SourceFile } from './source-file.ts'

/** Folders with more sources than somebody takes in at a glance, a sentence each. Tests are not counted, nor what lies in folders within. */
export function crowdedFolders(files: readonly SourceFile[]): string[] {
  const counts = new Map<string, number>()
  for (const file of files) {
    if (!file.path.endsWith('.ts') || isTest(file)) continue
    const folder = path.posix.dirname(file.path)
    counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  return [...counts]
    .filter(([, count]) => count > SOURCES_MAX)
    .map(([folder, count]) => `${folder} has ${count} sources; at most ${SOURCES_MAX} are allowed`)
}

const SOURCES_MAX = 20
