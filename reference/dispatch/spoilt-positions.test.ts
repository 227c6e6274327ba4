import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { NodeClock } from '../adapters/node-clock.ts'
import { NodeFileSystem } from '../adapters/node-file-system.ts'
import { parsePositions } from './positions/positions-file.ts'
import { PositionStore } from './positions/position-store.ts'

let stateDir: string

beforeEach(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'positions-'))
  stateDir = directory
  onTestFinished(() => rm(directory, { recursive: true }))
})

function parse(): never {
  throw new Error('no position is one')
}

function load(): Promise<void> {
  const ports = { clock: new NodeClock(), fileSystem: new NodeFileSystem() }
  const store = new PositionStore({ ...ports, stateDir, sinks: ['a'], parse })
  return store.load({ signal: new AbortController().signal })
}

test.each([
  ['empty', '', 'the file is empty'],
  ['NULs', '\0'.repeat(300), 'the file is not JSON, or not all of it'],
  ['cut', '{"schema": 1, "sources": [{"id"', 'the file is not JSON, or not all of it'],
  ['of another form', '{"schema": 99}', 'schema: '],
  ['another value', '[]', 'the file: '],
  ['wrong inside', '{"schema": 2, "sources": [{"id": 1}], "sinks": {}}', 'sources.0.id: '],
])('a positions file that is %s is named in one sentence that says what to do', async (_, text, why) => {
  await writeFile(join(stateDir, 'positions.json'), text)
  await expect(load()).rejects.toMatchObject({
    name: 'UsageError',
    code: 'positions_unusable',
    cause: expect.any(Error),
    message: expect.stringContaining(`Cannot use the positions in ${stateDir}/positions.json: ${why}`),
  })
  await expect(load()).rejects.toThrow(/^[^\n]*; put back a good copy, or move the file away [^\n]*$/)
})

test('so is one that cannot be read', async () => {
  await mkdir(join(stateDir, 'positions.json'))
  await expect(load()).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining('EISDIR'),
  })
})

test('what JSON.parse said is kept as a cause', () => {
  expect(() => parsePositions('{')).toThrow(expect.objectContaining({ cause: expect.any(SyntaxError) }))
})
