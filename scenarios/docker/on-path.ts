import { access, constants } from 'node:fs/promises'
import path from 'node:path'

/** Whether a program of this name is on the PATH. */
export async function onPath(program: string): Promise<boolean> {
  const directories = (process.env['PATH'] ?? '').split(path.delimiter)
  const found = await Promise.all(
    directories.map((directory) =>
      access(path.join(directory, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  return found.includes(true)
}
