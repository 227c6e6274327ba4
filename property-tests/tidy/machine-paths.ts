import type { SourceFile } from './source-file.ts'

/** Homes and working directories of one machine, where no other has them. */
const MACHINE_PATH = /(?<![\w.~}-])\/(?:home|root|Users|work|mnt)\/\w[^\s'"`)]*/g

/** Paths that exist on one machine only, a sentence each. */
export function machinePaths(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(MACHINE_PATH)].map(([found]) => `${path} names ${found}`),
  )
}
