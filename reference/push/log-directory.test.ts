import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NodeClock } from '../adapters/node-clock.ts'
import { NodeFileSystem } from '../adapters/node-file-system.ts'
import { LogDirectory } from './log-directory.ts'

let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'watertight-push-'))
  await mkdir(join(root, 'logs/real'), { recursive: true })
  await writeFile(join(root, 'secret.log'), 'secret')
  await symlink(join(root, 'secret.log'), join(root, 'logs/link.log'))
  await symlink(root, join(root, 'logs/up'))
  await symlink('/nowhere', join(root, 'logs/dangling.log'))
})

afterAll(async () => await rm(root, { recursive: true }))

function directory(): LogDirectory {
  return new LogDirectory({
    clock: new NodeClock(),
    fileSystem: new NodeFileSystem(),
    directory: join(root, 'logs'),
    forbidden: [join(root, 'logs/state')],
  })
}

test('no link is followed, neither at the end of the way nor on it', async () => {
  const logs = directory()
  for (const path of ['link.log', 'up/secret.log', 'dangling.log'])
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await expect(logs.check(path)).rejects.toThrow(/is a symbolic link$/)
  for (const path of ['new.log', 'real/new.log', 'not/there/yet.log'])
    // oxlint-disable-next-line no-await-in-loop
    await expect(logs.check(path)).resolves.toBeUndefined()
})

test('what is forbidden is refused with all that lies in it, and nothing beside it', async () => {
  const logs = directory()
  await expect(logs.check('state/spool/x.log')).rejects.toThrow("the collector's own state")
  await expect(logs.check('stated.log')).resolves.toBeUndefined()
})
