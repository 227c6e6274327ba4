import { readWholeFile } from '../dispatch/files.ts'
import { messageOf } from '../errors.ts'
import type { FileSystem } from '../ports/file-system.ts'
import { UsageError } from '../usage-error.ts'
import type { CollectorConfig } from './config.ts'
import type { Environment } from './engine-environment.ts'
import { parseConfig } from './parse-config.ts'

/**
 * The configuration in a file; without one the defaults of every key.
 * @throws UsageError when it cannot be read or something in it is not allowed.
 */
export async function loadConfig(
  file: string | undefined,
  { fileSystem, env }: { fileSystem: FileSystem; env: Environment },
): Promise<CollectorConfig> {
  if (file === undefined) return parseConfig('', { file: 'defaults', env })
  return parseConfig(await readText(file, fileSystem), { file, env })
}

async function readText(file: string, fileSystem: FileSystem): Promise<string> {
  let text: string | null
  try {
    text = await readWholeFile(fileSystem, file)
  } catch (cause) {
    throw new UsageError(`Cannot read the configuration ${file}: ${messageOf(cause)}`, { cause })
  }
  if (text === null) throw new UsageError(`Cannot read the configuration ${file}: there is no such file`)
  return text
}
