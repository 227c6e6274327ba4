import { access, open, readFile, truncate } from 'node:fs/promises'
import path from 'node:path'
import type Docker from 'dockerode'
import type { StoredLogs } from '../../simulators/contract/stored-logs.ts'

/** The log files of a real engine on this machine. @param socketPath where the engine answers */
export function storedLogFiles(docker: Docker, socketPath: string): StoredLogs {
  const fileOf = async (reference: string): Promise<string> => {
    const { LogPath } = await docker.getContainer(reference).inspect()
    return await belowRoot(LogPath, path.dirname(socketPath))
  }
  return {
    spoil: async (reference, back) => await spoil(await fileOf(reference), back),
    empty: async (reference) => await truncate(await fileOf(reference)),
  }
}

/** An engine may have a root of its own, which its socket then is in: its files are below a directory that the socket is below too. */
async function belowRoot(file: string, directory: string): Promise<string> {
  const here = path.join(directory, file)
  const isHere = await access(here).then(
    () => true,
    () => false,
  )
  if (isHere) return here
  if (directory === '/') throw new Error(`Cannot reach ${file} of the engine: it is not on this machine`)
  return await belowRoot(file, path.dirname(directory))
}

async function spoil(file: string, back: number): Promise<void> {
  const records = (await readFile(file, 'utf8')).split('\n').slice(0, -1)
  const index = records.length - back
  const position = Buffer.byteLength(
    records
      .slice(0, index)
      .map((record) => `${record}\n`)
      .join(''),
  )
  await using handle = await open(file, 'r+')
  const length = Buffer.byteLength(records[index]!)
  await handle.write(Buffer.alloc(length), 0, length, position)
}
