import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** The directories of one run. Disposing removes them. */
export interface RunRoom extends AsyncDisposable {
  /** What the subject writes. */
  readonly output: string
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

export async function openRunRoom(): Promise<RunRoom> {
  const root = await mkdtemp(path.join(tmpdir(), 'watertight-run-'))
  const directories = {
    output: path.join(root, 'output'),
    state: path.join(root, 'state'),
    tailed: path.join(root, 'tailed'),
    logs: path.join(root, 'logs'),
    sent: path.join(root, 'sent'),
  }
  await Promise.all(Object.values(directories).map((directory) => mkdir(directory)))
  return {
    ...directories,
    engine: path.join(root, 'engine.sock'),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}
