import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NodeFileSystem } from './adapters/node-file-system.ts'
import { acquireStateLock } from './adapters/state-lock.ts'
import { registerDeadLettersCommand } from './dead-letters-command.ts'
import { lettersOf } from './dispatch/dead-letters/letter.ts'
import { letterDirectory, readRequest } from './dispatch/dead-letters/letter-files.ts'
import { LetterStore } from './dispatch/dead-letters/letter-store.ts'
import { blockOf, sourceOf } from './dispatch/pipeline-rig.test-helper.ts'
import { UsageError } from './usage-error.ts'

const NEVER = new AbortController().signal
const fileSystem = new NodeFileSystem()
let directory: string
let stateDir: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'letters-'))
  stateDir = join(directory, 'state')
  await writeFile(join(directory, 'collector.yaml'), `state_dir: ${stateDir}\n`)
})

afterEach(async () => {
  vi.restoreAllMocks()
  await rm(directory, { recursive: true })
})

/** Letters of a sink, as a collector leaves them that was killed. */
async function leave(sink: string, lines: readonly string[]): Promise<void> {
  const store = new LetterStore({
    fileSystem,
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    sink,
    directory: letterDirectory(stateDir, sink),
    bytesMax: 1 << 20,
    whenFull: 'wait',
    onDropped: () => {},
  })
  const refused = lines.map((_, record) => ({ record, why: 'too old' }))
  const note = { reason: 'refused' as const, attempts: 1, atMs: Date.UTC(2026, 10, 21) }
  await store.add(lettersOf([blockOf(sourceOf('web'), 5, lines)], refused, note), { signal: NEVER })
  await store.close()
}

/** What the command prints. */
async function deadLetters(...args: string[]): Promise<string> {
  let printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} })
  registerDeadLettersCommand(program)
  const config = join(directory, 'collector.yaml')
  try {
    await program.parseAsync(['dead-letters', ...args, '--config', config], { from: 'user' })
  } finally {
    vi.restoreAllMocks()
  }
  return printed
}

test('list says of each sink how many there are, since when and why; with none it says so', async () => {
  expect(await deadLetters('list')).toBe('no dead letters\n')
  await leave('loki', ['one', 'two'])
  await leave('otlp', ['three'])
  expect(await deadLetters('list')).toBe(
    'loki: 2 lines, 8 bytes, the oldest given up at 2026-11-21T00:00:00.000Z; 2 refused\n' +
      'otlp: 1 lines, 6 bytes, the oldest given up at 2026-11-21T00:00:00.000Z; 1 refused\n',
  )
  expect(JSON.parse(await deadLetters('list', '--sink', 'loki', '--json'))).toEqual({
    schema: 1,
    sinks: [
      { sink: 'loki', lines: 2, bytes: 8, oldest: '2026-11-21T00:00:00.000Z', reasons: { refused: 2 } },
    ],
  })
})

test('show prints the lines with their ids, at most as many as are wanted', async () => {
  await leave('loki', ['one', 'two'])
  const id = sourceOf('web').id
  expect(await deadLetters('show', '--limit', '1')).toBe(
    `loki ${id}:0:5 web 1970-01-01T00:00:00.000000001Z refused (too old): one\n`,
  )
  const lines = (await deadLetters('show', '--json')).trim().split('\n')
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([{ text: 'one' }, { text: 'two' }])
})

test('redeliver leaves a request that a collector takes up, whether one runs or not', async () => {
  await leave('loki', ['one', 'two'])
  expect(await deadLetters('redeliver')).toMatch(/^loki: 2 lines will be given to it again/)
  const request = await readRequest(fileSystem, letterDirectory(stateDir, 'loki'))
  expect(request).toEqual({ action: 'redeliver', before: { segment: 0, offset: expect.any(Number) } })
  expect(request!.before.offset).toBeGreaterThan(0)
})

test('drop gives them up at once where no collector runs, and asks the one that runs', async () => {
  await leave('loki', ['one'])
  const lock = await acquireStateLock(stateDir)
  expect(await deadLetters('drop', '--sink', 'loki')).toBe('loki: 1 lines are dropped\n')
  expect(await readRequest(fileSystem, letterDirectory(stateDir, 'loki'))).toMatchObject({ action: 'drop' })
  expect(await deadLetters('list')).toMatch(/^loki: 1 lines/)
  await lock.release()
  await deadLetters('drop', '--all')
  expect(await deadLetters('list')).toBe('no dead letters\n')
  expect(await readRequest(fileSystem, letterDirectory(stateDir, 'loki'))).toBeNull()
})

test('wrong usage is answered with one sentence', async () => {
  await leave('loki', ['one'])
  await expect(deadLetters('drop')).rejects.toThrow(UsageError)
  await expect(deadLetters('drop')).rejects.toThrow('--sink <name>, or --all')
  await expect(deadLetters('list', '--sink', 'lokii')).rejects.toThrow('"lokii": there are some of loki')
  await expect(deadLetters('show', '--limit', '0')).rejects.toThrow('a whole number, at least 1')
})
