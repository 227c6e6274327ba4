import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { runProgram } from '../docker/run-program.ts'
import { SmallDisk } from './small-disk.ts'

async function emptyDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'small-disk-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

async function isMounted(directory: string): Promise<boolean> {
  return (await readFile('/proc/self/mounts', 'utf8')).includes(` ${directory} `)
}

test.skipIf(!SmallDisk.canMount())(
  'a small disk is full until it is emptied, and gone when it is disposed',
  async () => {
    const directory = await emptyDirectory()
    {
      await using disk = await SmallDisk.mount(directory)
      const file = path.join(directory, 'file')
      await disk.fill()
      await expect(writeFile(file, 'x'.repeat(10_000))).rejects.toMatchObject({ code: 'ENOSPC' })
      disk.empty()
      await writeFile(file, 'x'.repeat(10_000))
    }
    expect(await isMounted(directory)).toBe(false)
  },
)

test.skipIf(!SmallDisk.canMount())(
  'what a testbed that was killed left mounted is taken away before the next, and nothing of one that lives',
  async () => {
    const [ofKilled, ofLiving, next] = [
      await emptyDirectory(),
      await emptyDirectory(),
      await emptyDirectory(),
    ]
    const { pid } = spawnSync('true')
    await runProgram('mount', ['-t', 'tmpfs', `watertight-of-${pid}`, ofKilled])
    await using _living = await SmallDisk.mount(ofLiving)
    await using _next = await SmallDisk.mount(next)
    expect(await Promise.all([ofKilled, ofLiving, next].map(isMounted))).toEqual([false, true, true])
  },
)
