import type Docker from 'dockerode'
import type { WrittenLines } from '../audit/line-delays.ts'
import { stampsIn } from '../audit/stored-stamps.ts'

/** When containers wrote their lines, as the engine has stored it. One whose log cannot be had is left out. */
export async function storedStamps(docker: Docker, names: readonly string[]): Promise<WrittenLines> {
  const stamps = new Map<string, ReadonlyMap<number, number>>()
  for (const name of names) {
    // oxlint-disable-next-line no-await-in-loop -- one log at a time is in memory
    const log = await readLog(docker, name)
    if (log !== null) stamps.set(name, stampsIn(log))
  }
  return stamps
}

async function readLog(docker: Docker, name: string): Promise<Buffer | null> {
  const options = { stdout: true, stderr: true, timestamps: true, follow: false } as const
  return await docker
    .getContainer(name)
    .logs(options)
    .catch(() => null)
}
