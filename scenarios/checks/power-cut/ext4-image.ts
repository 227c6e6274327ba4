import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { UsageError } from '../../../reference/usage-error.ts'

const run = promisify(execFile)

/**
 * A real ext4 in a file, mounted through a loop device. What the file holds at a moment is what would be on the disk if power failed then: what ext4 has
 * not written yet is not in it. Needs root.
 */
export class Ext4Image implements AsyncDisposable {
  /** Where it is mounted. */
  readonly directory: string
  readonly #place: string
  readonly #stack: AsyncDisposableStack

  private constructor(place: string, stack: AsyncDisposableStack) {
    this.#place = place
    this.directory = join(place, 'mounted')
    this.#stack = stack
  }

  /** @throws UsageError when this process may not mount */
  static async create(): Promise<Ext4Image> {
    await using stack = new AsyncDisposableStack()
    const place = await mkdtemp(join(tmpdir(), 'power-cut-'))
    stack.defer(() => rm(place, { recursive: true }))
    const image = join(place, 'image')
    await writeFile(image, '')
    await truncate(image, IMAGE_BYTES)
    await run('mkfs.ext4', ['-q', '-F', image])
    stack.use(await mounted(image, join(place, 'mounted')))
    return new Ext4Image(place, stack.move())
  }

  /** What the disk would hold if power failed now, mounted as after a boot while `look` looks at it. */
  async afterPowerCut<T>(look: (directory: string) => Promise<T>): Promise<T> {
    const copy = join(this.#place, 'copy')
    await run('cp', ['--sparse=always', join(this.#place, 'image'), copy])
    const directory = join(this.#place, 'after')
    await using _ = await mounted(copy, directory)
    return await look(directory)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

async function mounted(image: string, directory: string): Promise<AsyncDisposable> {
  await mkdir(directory, { recursive: true })
  try {
    await run('mount', ['-o', 'loop', image, directory])
  } catch (error) {
    throw new UsageError(
      `Cannot mount an ext4: run this as root on a machine with loop devices (${String(error)})`,
    )
  }
  return { [Symbol.asyncDispose]: async () => void (await run('umount', [directory])) }
}

const IMAGE_BYTES = 64 * 1024 * 1024
