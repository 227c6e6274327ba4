import { readWholeFile } from '../dispatch/files.ts'
import { messageOf } from '../errors.ts'
import type { FileSystem } from '../ports/file-system.ts'
import { UsageError } from '../usage-error.ts'
import type { CollectorConfig } from './config.ts'
import type { Environment } from './environment.ts'
import { parseConfig, type ParseOptions } from './parse-config.ts'

interface Surroundings {
  readonly fileSystem: FileSystem
  readonly env: Environment
}

/**
 * The configuration in a file; without one the defaults of every key.
 * @throws UsageError when it cannot be read or something in it is not allowed.
 */
export async function loadConfig(
  file: string | undefined,
  surroundings: Surroundings,
): Promise<CollectorConfig> {
  const { text, options } = await readConfigText(file, surroundings)
  return parseConfig(text, options)
}

/** The text of a file as it is to be parsed; without one a text that says nothing. @throws UsageError when it cannot be read */
export async function readConfigText(
  file: string | undefined,
  { fileSystem, env }: Surroundings,
): Promise<{ readonly text: string; readonly options: ParseOptions }> {
  if (file === undefined) return { text: '', options: { file: 'defaults', env } }
  return { text: await readText(file, fileSystem), options: { file, env } }
}

async function readText(file: string, fileSystem: FileSystem): Promise<string> {
  let text: string | null
  try {
    text = await readWholeFile(fileSystem, file)
  } catch (cause) {
    throw new UsageError(`Cannot read the configuration ${file}: ${messageOf(cause)}`, {
      cause,
      code: 'config_unreadable',
    })
  }
  if (text === null)
    throw new UsageError(`Cannot read the configuration ${file}: there is no such file`, {
      code: 'config_unreadable',
    })
  return text
}
