import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { World } from '../../../simulators/index.ts'
import type { Block } from '../../dispatch/block.ts'
import { OpenFiles } from '../../lifecycle/open-files.ts'
import { parseContainerPosition } from '../reading/container-position.ts'
import { LogTail } from './log-tail.ts'
import { ReadBuffers } from './read-buffers.ts'
import { StoredReader } from './stored-reader.ts'

const SOURCE = { id: 'a'.repeat(64), kind: 'container', name: 'web', attributes: {} } as const
const LOG = '/var/lib/docker/containers/a/a-json.log'
const never = new AbortController().signal

const record = (number: number): string =>
  `{"log":"line ${number}\\n","stream":"stdout","time":"2026-01-01T00:00:${String(10 + Math.floor(number / 1000)).padStart(2, '0')}.${String(number % 1000).padStart(9, '0')}Z"}\n`
const records = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => record(from + index)).join('')

/** A log on a disk, and who reads it. */
class Rig {
  readonly world = new World({ seed: 1 })
  readonly disk = this.world.fileSystem.disk
  readonly blocks: Block[] = []
  reader = new StoredReader({ source: SOURCE, tty: false, maxLineBytes: 1024, from: 'start' })
  tail = this.#newTail()

  append(text: string): void {
    this.disk.append(LOG, text)
  }

  /** As the engine does. @param packs whether the file that was written is compressed, and not there otherwise any more */
  rotate(packs = false): void {
    for (const number of [2, 1])
      for (const end of ['', '.gz'])
        if (this.disk.find(`${LOG}.${number}${end}`) !== null)
          this.disk.rename(`${LOG}.${number}${end}`, `${LOG}.${number + 1}${end}`)
    const contents = Buffer.from(this.world.fileSystem.contents(LOG))
    this.disk.rename(LOG, `${LOG}.1`)
    if (packs) {
      this.disk.put(`${LOG}.1.gz`, gzipSync(contents))
      this.disk.unlink(`${LOG}.1`)
    }
    this.disk.put(LOG, '')
  }

  async read(): Promise<void> {
    await this.world.run(() => this.tail.readToEnd(never))
  }

  /** How often the file system is asked for anything meanwhile. */
  async operationsOf(run: () => Promise<void>): Promise<number> {
    let operations = 0
    this.world.fileSystem.beforeLook = () => void (operations += 1)
    await run()
    return operations
  }

  /** A new process goes on from what was saved. */
  async restart(): Promise<void> {
    await this.world.run(() => this.tail.close())
    const position = parseContainerPosition(JSON.parse(JSON.stringify(this.reader.position)))
    this.reader = new StoredReader({
      source: SOURCE,
      tty: false,
      maxLineBytes: 1024,
      from: 'start',
      position,
    })
    this.tail = this.#newTail()
  }

  /** Numbers of the lines that were read. */
  get lines(): number[] {
    const text = this.blocks.map(({ bytes }) => Buffer.from(bytes).toString()).join('')
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => Number(line.slice('line '.length)))
  }

  get gaps(): number {
    return this.reader.takeNotices().filter(({ kind }) => kind === 'gap').length
  }

  #newTail(): LogTail {
    const { clock, fileSystem, gunzip } = this.world.ports()
    const deliver = async (): Promise<void> => {
      for (let block = this.reader.take(); block !== undefined; block = this.reader.take())
        this.blocks.push(block)
    }
    const shared = {
      clock,
      fileSystem,
      gunzip,
      openLogs: new OpenFiles(2, clock),
      buffers: new ReadBuffers(1, 4096),
    }
    return new LogTail({ ...shared, path: LOG, reader: this.reader, deliver })
  }
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('a log', () => {
  test('that is rotated while it is read is read file by file, with what came last to the first', async () => {
    const rig = new Rig()
    rig.disk.put(LOG, records(1, 50))
    await rig.read()
    rig.append(records(51, 60))
    rig.rotate()
    rig.append(records(61, 70))
    rig.rotate()
    rig.append(records(71, 80))
    await rig.read()
    expect(rig.lines).toEqual(numbers(1, 80))
    expect(rig.gaps).toBe(0)
  })

  test('that is rotated at any moment of reading it is read to its end', async () => {
    for (let moment = 0; moment < 10; moment++) {
      const rig = new Rig()
      rig.disk.put(LOG, records(1, 50))
      let looks = 0
      rig.world.fileSystem.beforeLook = () => {
        if (looks++ !== moment) return
        rig.append(records(51, 60))
        rig.rotate()
        rig.append(records(61, 70))
      }
      // oxlint-disable-next-line no-await-in-loop -- a world of its own each
      await rig.read()
      // oxlint-disable-next-line no-await-in-loop
      await rig.read()
      expect(looks).toBeGreaterThan(moment)
      expect(rig.lines, `rotated at operation ${moment}`).toEqual(numbers(1, 70))
      expect(rig.gaps).toBe(0)
    }
  })

  test('whose rotated files are compressed is read over them, without a search after a restart too', async () => {
    const rig = new Rig()
    rig.disk.put(LOG, records(1, 500))
    await rig.read()
    rig.append(records(501, 510))
    rig.rotate(true)
    rig.append(records(511, 520))
    await rig.read()
    expect(rig.lines).toEqual(numbers(1, 520))
    rig.append(records(521, 530))
    rig.rotate(true)
    rig.append(records(531, 540))
    await rig.restart()
    await rig.read()
    expect(rig.lines).toEqual(numbers(1, 540))
    expect(rig.gaps).toBe(0)
  })

  test('of which a file was rotated away unread has a gap, and goes on with the oldest that is left', async () => {
    const rig = new Rig()
    rig.disk.put(LOG, records(1, 50))
    await rig.read()
    rig.rotate()
    rig.append(records(51, 60))
    rig.rotate()
    rig.append(records(61, 70))
    rig.disk.unlink(`${LOG}.2`)
    rig.disk.unlink(`${LOG}.1`)
    await rig.read()
    expect(rig.lines).toEqual([...numbers(1, 50), ...numbers(61, 70)])
    expect(rig.gaps).toBe(1)
  })

  test('that was cut and has grown again beyond where it was read has a gap, and is read from its start', async () => {
    const rig = new Rig()
    rig.disk.put(LOG, records(1, 50))
    await rig.read()
    rig.disk.truncate(LOG, 0)
    rig.append(records(101, 180))
    await rig.read()
    expect(rig.lines).toEqual([...numbers(1, 50), ...numbers(101, 180)])
    expect(rig.gaps).toBe(1)
  })

  test('is gone on with after a restart where its position says, and searched only where that is not there', async () => {
    const rig = new Rig()
    rig.disk.put(LOG, records(1, 9000))
    await rig.read()
    rig.append(records(9001, 9010))
    await rig.restart()
    expect(await rig.operationsOf(() => rig.read())).toBeLessThan(20)
    expect(rig.lines).toEqual(numbers(1, 9010))
    rig.disk.put(`${LOG}.new`, Buffer.from(rig.world.fileSystem.contents(LOG)))
    rig.disk.rename(`${LOG}.new`, LOG)
    rig.append(records(9011, 9020))
    await rig.restart()
    expect(await rig.operationsOf(() => rig.read())).toBeGreaterThan(50)
    expect(rig.lines).toEqual(numbers(1, 9020))
    expect(rig.gaps).toBe(0)
  })

  test('with a record that is longer than others is read over it, and over what is no record at all', async () => {
    const rig = new Rig()
    const long = `{"log":"${'\\u0001'.repeat(16_000)}\\n","stream":"stdout","time":"2026-01-01T00:00:00.5Z"}\n`
    rig.disk.put(LOG, `${records(1, 3)}${long}`)
    rig.append(`${'x'.repeat(3_000_000)}\n${records(4, 5)}`)
    await rig.read()
    expect(rig.lines.filter((number) => !Number.isNaN(number))).toEqual(numbers(1, 5))
    expect(rig.blocks.reduce((sum, { ends }) => sum + ends.length, 0)).toBeGreaterThan(5)
    expect(rig.gaps).toBe(1)
  })
})
