import * as promises from 'node:fs/promises'
import { mkdtemp, readFile, rm, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { replaceFile, writeAll } from '../dispatch/files.ts'
import { NodeFileSystem, type FilePromises } from './node-file-system.ts'
import { NodeProcess } from './node-process.ts'

const files = new NodeFileSystem()
let directory: string

beforeEach(async () => {
  const own = await mkdtemp(join(tmpdir(), 'node-file-system-'))
  directory = own
  onTestFinished(() => rm(own, { recursive: true }))
})

test('what is appended in several buffers is read back from any position', async () => {
  const path = join(directory, 'log')
  const file = await files.open(path, 'a+')
  expect(await file.write([Buffer.from('one\n'), Buffer.from(''), Buffer.from('two\n')])).toBe(8)
  await file.sync()
  const buffer = new Uint8Array(10)
  expect(await file.read(buffer, 4)).toBe(4)
  expect(Buffer.from(buffer.subarray(0, 4)).toString()).toBe('two\n')
  expect(await file.read(buffer, 8)).toBe(0)
  await file.truncate(4)
  await file.write([Buffer.from('three\n')])
  await file.close()
  expect(await readFile(path, 'utf8')).toBe('one\nthree\n')
})

test('more buffers than one system call takes arrive whole and in order', async () => {
  const path = join(directory, 'log')
  const file = await files.open(path, 'a+')
  const lines = Array.from({ length: 5000 }, (_, n) => `${n}\n`)
  await writeAll(
    file,
    lines.map((line) => Buffer.from(line)),
  )
  await file.close()
  expect(await readFile(path, 'utf8')).toBe(lines.join(''))
})

test('a renamed file keeps its identity', async () => {
  const path = join(directory, 'a')
  await (await files.open(path, 'wx')).close()
  const before = await files.stat(path)
  await files.rename(path, join(directory, 'b'))
  await files.syncDirectory(directory)
  expect(await files.stat(join(directory, 'b'))).toEqual(before)
  expect(await files.readdir(directory)).toEqual(['b'])
})

/** Node's own, but for directories, which are opened as `openDirectory` says. */
function filesWith(openDirectory: (path: string) => Promise<FileHandle>): FilePromises {
  const open: FilePromises['open'] = (path, flags, mode) =>
    String(path) === directory ? openDirectory(directory) : promises.open(path, flags, mode)
  return { ...promises, open }
}

function failing(code: string): Error {
  return Object.assign(new Error(`${code}: it cannot`), { code })
}

async function unsyncable(path: string, code: string): Promise<FileHandle> {
  const handle = await promises.open(path, 'r')
  handle.sync = () => Promise.reject(failing(code))
  return handle
}

describe('a directory that the file system cannot sync', () => {
  test.each(['EINVAL', 'ENOTSUP', 'EPERM', 'ENOSYS'])(
    'with %s does not keep a file from being replaced, and is told once',
    async (code) => {
      const told: string[] = []
      const logger = { warn: (_: object, message: string) => told.push(message) }
      const own = new NodeFileSystem({ files: filesWith((path) => unsyncable(path, code)), logger })
      await replaceFile(own, join(directory, 'positions.json'), 'one')
      await replaceFile(own, join(directory, 'positions.json'), 'two')
      expect(await readFile(join(directory, 'positions.json'), 'utf8')).toBe('two')
      expect(told).toEqual([expect.stringContaining('cannot sync directories')])
    },
  )

  test('or that may not be read does not either', async () => {
    const own = new NodeFileSystem({ files: filesWith(() => Promise.reject(failing('EACCES'))) })
    await replaceFile(own, join(directory, 'positions.json'), 'one')
    expect(await readFile(join(directory, 'positions.json'), 'utf8')).toBe('one')
  })

  test('because the disk fails is an error', async () => {
    const own = new NodeFileSystem({ files: filesWith((path) => unsyncable(path, 'EIO')) })
    await expect(replaceFile(own, join(directory, 'a'), '')).rejects.toMatchObject({ code: 'EIO' })
  })
})

test('closing twice gives one descriptor back', async () => {
  const host = new NodeProcess()
  const before = (await host.openFileDescriptors()) ?? 0
  const file = await files.open(join(directory, 'a'), 'w')
  expect(await host.openFileDescriptors()).toBe(before + 1)
  await Promise.all([file.close(), file.close()])
  await file.close()
  expect(await host.openFileDescriptors()).toBe(before)
})

test('errors are those of Node', async () => {
  await expect(files.open(join(directory, 'none'), 'r')).rejects.toMatchObject({ code: 'ENOENT' })
  await (await files.open(join(directory, 'there'), 'wx')).close()
  await expect(files.open(join(directory, 'there'), 'wx')).rejects.toMatchObject({ code: 'EEXIST' })
})

test('the process tells its limits and what it uses', async () => {
  const host = new NodeProcess()
  expect(await host.fileDescriptorLimit()).toBeGreaterThan(10)
  expect(host.residentBytes()).toBeGreaterThan(10 * 2 ** 20)
  expect(host.cpuSeconds()).toBeGreaterThan(0)
})
