import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SmallDisk } from './small-disk.ts'

/** The directories of one run. Disposing removes them. */
export interface RunRoom extends AsyncDisposable {
  /** What the subject writes. */
  readonly output: string
  /** The disk that has it, and nothing else; `null` where it lies on the machine's own. */
  readonly disk: SmallDisk | null
  /** What the subject remembers. */
  readonly state: string
  /** What a program writes that is no container. */
  readonly tailed: string
  /** Its standard output and error. */
  readonly logs: string
  /** What it sent to the sink. */
  readonly sent: string
  /** Where it finds the engine: a socket. */
  readonly engine: string
}

/** @param options.smallDisk whether the output is on a disk of its own, which takes root; default false */
export async function openRunRoom({
  smallDisk = false,
}: { readonly smallDisk?: boolean } = {}): Promise<RunRoom> {
  const root = await mkdtemp(path.join(tmpdir(), 'watertight-run-'))
  const disk = path.join(root, 'disk')
  await mkdir(disk)
  const mounted = smallDisk ? await SmallDisk.mount(disk) : null
  const directories = {
    output: path.join(disk, 'output'),
    state: path.join(root, 'state'),
    tailed: path.join(root, 'tailed'),
    logs: path.join(root, 'logs'),
    sent: path.join(root, 'sent'),
  }
  await Promise.all(Object.values(directories).map((directory) => mkdir(directory)))
  return {
    ...directories,
    disk: mounted,
    engine: path.join(root, 'engine.sock'),
    [Symbol.asyncDispose]: async () => {
      await mounted?.[Symbol.asyncDispose]()
      await rm(root, { recursive: true, force: true })
    },
  }
}
