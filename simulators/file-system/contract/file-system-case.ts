import assert from 'node:assert/strict'
import type { FileSystem } from '../../../reference/ports/index.ts'
import type { Breaking } from './breaking.ts'
import { Place } from './place.ts'

/** One thing that holds for every file system behind the port, simulated or real. */
export interface FileSystemCase {
  /** A claim. */
  readonly name: string
  observe(place: Place): Promise<unknown>
  readonly expected: unknown
  /** Breaks a file system so that this case fails and no other: what shows that the case can fail. */
  readonly broken: Breaking
}

/**
 * @param directory exists, and nothing is in it
 * @throws AssertionError that shows what was observed against what was expected, or what the file system threw
 */
export async function runFileSystemCase(
  files: FileSystem,
  directory: string,
  fileSystemCase: FileSystemCase,
): Promise<void> {
  const place = new Place(files, directory)
  try {
    assert.deepEqual(await fileSystemCase.observe(place), fileSystemCase.expected)
  } finally {
    await place.closeAll()
  }
}
