import { expect } from 'vitest'
import type { FileHandle } from '../../../reference/ports/index.ts'
import { demonstrate, type FaultRig } from '../fault.test-helper.ts'
import * as faults from './file-faults.ts'

const path = /^\/d\/f$/

demonstrate(faults, {
  noSpace: async (rig) => {
    const file = await openFile(rig)
    const fault = rig.inject(faults.noSpace({ afterBytes: 3, path }))
    expect(await write(file, 'hello')).toBe(3)
    await expect(write(file, 'lo')).rejects.toMatchObject({ code: 'ENOSPC' })
    fault[Symbol.dispose]()
    expect(await write(file, 'lo')).toBe(2)
    expect(contents(rig)).toBe('hello')
  },

  tooManyFiles: async (rig) => {
    const file = await openFile(rig)
    using _fault = rig.inject(faults.tooManyFiles())
    await expect(rig.world.fileSystem.open('/d/g', 'w')).rejects.toMatchObject({ code: 'EMFILE' })
    expect(await write(file, 'open already')).toBe(12)
  },

  ioError: async (rig) => {
    const file = await openFile(rig)
    rig.inject(faults.ioError({ times: 2 }))
    await expect(write(file, 'hello')).rejects.toMatchObject({ code: 'EIO' })
    await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' })
    expect(await write(file, 'hello')).toBe(5)
  },

  noAccess: async (rig) => {
    using _fault = rig.inject(faults.noAccess({ path: /^\/d/ }))
    await expect(rig.world.fileSystem.open('/d/f', 'w')).rejects.toMatchObject({ code: 'EACCES' })
    await expect(rig.world.fileSystem.mkdir('/d/e')).rejects.toMatchObject({ code: 'EACCES' })
  },

  shortRead: async (rig) => {
    const file = await openFile(rig, 'a+')
    await write(file, 'hello world')
    rig.inject(faults.shortRead({ times: 1 }))
    const buffer = new Uint8Array(11)
    const read = await file.read(buffer, 0)
    expect(read).toBeGreaterThan(0)
    expect(read).toBeLessThan(11)
    expect(await file.read(buffer, 0)).toBe(11)
  },

  shortWrite: async (rig) => {
    const file = await openFile(rig)
    rig.inject(faults.shortWrite({ times: 1 }))
    const written = await write(file, 'hello world')
    expect(written).toBeLessThan(11)
    expect(contents(rig)).toBe('hello world'.slice(0, written))
  },

  slowSync: async (rig) => {
    const file = await openFile(rig)
    rig.inject(faults.slowSync({ delayMs: 8000 }))
    expect(await rig.durationOf(file.sync())).toBeGreaterThanOrEqual(8000)
    expect(await rig.durationOf(write(file, 'hello'))).toBeLessThan(1000)
  },

  tornWrite: async (rig) => {
    const file = await openFile(rig)
    rig.inject(faults.tornWrite({ times: 1 }))
    await expect(write(file, 'x'.repeat(1000))).rejects.toMatchObject({ code: 'EIO' })
    expect(contents(rig).length).toBeLessThan(1000)
  },

  powerCut: async (rig) => {
    const file = await openFile(rig)
    await write(file, 'synced')
    await file.sync()
    await rig.world.fileSystem.syncDirectory('/d')
    await rig.world.fileSystem.syncDirectory('/')
    await write(file, 'x'.repeat(100_000))
    rig.inject(faults.powerCut({ times: 1 }))
    await expect(settled(rig, file.stat())).resolves.toBe('pending')
    expect(contents(rig)).toMatch(/^synced/)
    expect(contents(rig)).not.toBe(`synced${'x'.repeat(100_000)}`)
  },

  processKilled: async (rig) => {
    const file = await openFile(rig)
    await write(file, 'not synced')
    rig.inject(faults.processKilled({ times: 1 }))
    await expect(settled(rig, write(file, 'more'))).resolves.toBe('pending')
    expect(contents(rig)).toMatch(/^not synced/)
  },

  unlinkOpen: async (rig) => {
    const file = await openFile(rig)
    rig.inject(faults.unlinkOpen({ times: 1 }))
    expect(await write(file, 'hello')).toBe(5)
    await expect(rig.world.fileSystem.stat('/d/f')).rejects.toMatchObject({ code: 'ENOENT' })
  },

  renameUnder: async (rig) => {
    const file = await openFile(rig)
    rig.inject(faults.renameUnder({ times: 1 }))
    await write(file, 'hello')
    expect(await rig.world.fileSystem.readdir('/d')).toEqual(['f.1'])
    expect(contents(rig, '/d/f.1')).toBe('hello')
  },

  truncateUnder: async (rig) => {
    const file = await openFile(rig, 'a+')
    await write(file, 'hello')
    rig.inject(faults.truncateUnder({ length: 2, times: 1 }))
    await write(file, 'world')
    expect(contents(rig)).toBe('heworld')
  },
})

async function openFile(rig: FaultRig, flags: 'w' | 'a+' = 'w'): Promise<FileHandle> {
  await rig.world.fileSystem.mkdir('/d')
  return await rig.world.fileSystem.open('/d/f', flags)
}

function write(file: FileHandle, text: string): Promise<number> {
  return file.write([Buffer.from(text)])
}

function contents(rig: FaultRig, at = '/d/f'): string {
  return Buffer.from(rig.world.fileSystem.contents(at)).toString()
}

/** What became of an operation within a minute. */
async function settled(rig: FaultRig, operation: Promise<unknown>): Promise<'done' | 'failed' | 'pending'> {
  const never = new AbortController().signal
  return await Promise.race([
    operation.then(
      () => 'done' as const,
      () => 'failed' as const,
    ),
    rig.world.clock.sleep(60_000, { signal: never }).then(() => 'pending' as const),
  ])
}
