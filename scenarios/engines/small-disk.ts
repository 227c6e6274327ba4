import { rmSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { isAlive } from '../probes/is-alive.ts'
import { runProgram } from '../docker/run-program.ts'

/** A file system in memory that can be filled. Disposing takes it away, with what is on it. */
export class SmallDisk implements AsyncDisposable {
  readonly #directory: string

  private constructor(directory: string) {
    this.#directory = directory
  }

  /** Mounting takes root on Linux. */
  static canMount(): boolean {
    return process.platform === 'linux' && process.getuid?.() === 0
  }

  /**
   * What a testbed that was killed has left mounted is taken away first.
   * @param directory there, and empty
   */
  static async mount(directory: string): Promise<SmallDisk> {
    await unmountLeftovers()
    const source = `${SOURCE}${process.pid}`
    await runProgram('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, source, directory])
    return new SmallDisk(directory)
  }

  /** No room is left, until {@link empty}. */
  async fill(): Promise<void> {
    await using ballast = await open(this.#ballast, 'w')
    const block = Buffer.alloc(64 * 1024)
    let full = false
    while (!full) {
      // oxlint-disable-next-line no-await-in-loop -- one write behind the other
      full = await ballast.write(block).then(
        ({ bytesWritten }) => bytesWritten < block.length,
        () => true,
      )
    }
  }

  empty(): void {
    rmSync(this.#ballast, { force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await runProgram('umount', ['-l', this.#directory])
  }

  get #ballast(): string {
    return path.join(this.#directory, 'ballast')
  }
}

/** The source of a mount without a device is a name: it says whose it is. */
async function unmountLeftovers(): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '))
  for (const [source = '', directory = ''] of mounts) {
    if (!source.startsWith(SOURCE) || isAlive(Number(source.slice(SOURCE.length)))) continue
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await runProgram('umount', ['-l', directory])
  }
}

const SOURCE = 'watertight-of-'
const DISK_MIB = 64
