import { join } from 'node:path'
import { z } from 'zod'
import { codeOf, messageOf } from '../../errors.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import { readWholeFile, replaceFile } from '../files.ts'
import type { SpoolOffset } from '../spool/spool.ts'

/**
 * Where the dead letters of a collector are:
 *
 *     <state_dir>/dead-letters/<sink>/000000000000.segment   the letters, appended, synced; as in the spool
 *                                    /place.json             before it all were redelivered or dropped
 *                                    /request.json           what somebody asks the collector to do with them
 */
export function letterDirectory(stateDir: string, sink: string): string {
  return join(lettersDirectory(stateDir), sink)
}

function lettersDirectory(stateDir: string): string {
  return join(stateDir, 'dead-letters')
}

/** Names of the sinks that have, or had, dead letters. */
export async function sinksWithLetters(fileSystem: FileSystem, stateDir: string): Promise<string[]> {
  const names = await fileSystem.readdir(lettersDirectory(stateDir)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  return names.toSorted((a, b) => (a < b ? -1 : 1))
}

/** What is to be done with the letters before a place. */
export interface LetterRequest {
  readonly action: 'redeliver' | 'drop'
  readonly before: SpoolOffset
}

const count = z.int().nonnegative()
const OFFSET: z.ZodType<SpoolOffset> = z.object({ segment: count, offset: count })
const REQUEST: z.ZodType<LetterRequest> = z.object({ action: z.enum(['redeliver', 'drop']), before: OFFSET })

/** Null when nothing is asked for. @throws Error naming the file when it cannot be understood. */
export async function readRequest(fileSystem: FileSystem, directory: string): Promise<LetterRequest | null> {
  return await readJson(fileSystem, requestPath(directory), REQUEST)
}

export async function writeRequest(
  fileSystem: FileSystem,
  directory: string,
  request: LetterRequest,
): Promise<void> {
  await replaceFile(fileSystem, requestPath(directory), `${JSON.stringify(request)}\n`)
}

export async function removeRequest(fileSystem: FileSystem, directory: string): Promise<void> {
  await fileSystem.unlink(requestPath(directory)).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error
  })
}

/** Before it all letters were redelivered or dropped; null when none was. @throws Error naming the file when it cannot be understood. */
export async function readPlace(fileSystem: FileSystem, directory: string): Promise<SpoolOffset | null> {
  return await readJson(fileSystem, placePath(directory), OFFSET)
}

export async function writePlace(
  fileSystem: FileSystem,
  directory: string,
  place: SpoolOffset,
): Promise<void> {
  await replaceFile(fileSystem, placePath(directory), `${JSON.stringify(place)}\n`)
}

async function readJson<T>(fileSystem: FileSystem, path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readWholeFile(fileSystem, path)
  if (text === null) return null
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`Cannot use ${path}: ${messageOf(cause)}; remove it`, { cause })
  }
}

function requestPath(directory: string): string {
  return join(directory, 'request.json')
}

function placePath(directory: string): string {
  return join(directory, 'place.json')
}
