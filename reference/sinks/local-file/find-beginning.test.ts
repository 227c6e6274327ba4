import { describe, expect, test } from 'vitest'
import { World } from '../../../simulators/index.ts'
import { findBeginning } from './find-beginning.ts'
import { digest, type Place } from './place.ts'

const OWN = 'web.log'

/** Where what was acknowledged ends: in which file, and how it is known. */
interface Last {
  readonly file: string
  readonly length: number
  /** Null: in a mark of an earlier version, which had none. */
  readonly generation?: number | null
  /** The file that had the number of this one is another one now. */
  readonly isMoved?: boolean
  /** Of a mark of an earlier version. */
  readonly isOld?: boolean
}

class Rig {
  readonly world = new World({ seed: 1 })
  readonly #fileSystem = this.world.ports().fileSystem

  constructor(files: Readonly<Record<string, string>>) {
    for (const [name, content] of Object.entries(files))
      this.world.fileSystem.disk.put(`/logs/${name}`, content)
  }

  /** What is to be appended, and what else is found. */
  async find(last: Last | undefined, expected: string): Promise<object> {
    return await this.world.run(async () => {
      const handle = await this.#fileSystem.open(`/logs/${OWN}`, 'a+')
      try {
        const found = await findBeginning({
          fileSystem: this.#fileSystem,
          path: `/logs/${OWN}`,
          handle,
          last: last === undefined ? undefined : await this.#placeOf(last),
          expected: Buffer.from(expected),
        })
        return { ...found, rest: Buffer.from(found.rest).toString() }
      } finally {
        await handle.close()
        expect(this.world.ledger.list().filter(({ kind }) => kind === 'file')).toEqual([])
      }
    })
  }

  async #placeOf({ file, length, generation = 1, isMoved, isOld }: Last): Promise<Place> {
    const { inode, device } = await this.#fileSystem.stat(`/logs/${file}`)
    const tail = digest(Buffer.from(this.read(file).slice(0, length)))
    const number = generation ?? undefined
    if (isOld === true) return { length, identity: undefined, tail: undefined, generation: number }
    const identity = { inode: isMoved === true ? inode + 1000 : inode, device }
    return { length, identity, tail, generation: number }
  }

  read(name: string): string {
    return Buffer.from(this.world.fileSystem.contents(`/logs/${name}`)).toString()
  }
}

const APPENDED = { place: null, unclear: false, told: [] }

describe('in the file itself', () => {
  test('what it holds behind the place is not appended', async () => {
    const rig = new Rig({ [OWN]: 'a\nb\n' })
    for (const [expected, rest] of [
      ['b\nc\n', 'c\n'],
      ['b\n', ''],
    ] as const)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await rig.find({ file: OWN, length: 2, generation: 5 }, expected)).toEqual({
        ...APPENDED,
        rest,
        continues: true,
        size: 4,
        generation: 5,
      })
    expect(await rig.find({ file: OWN, length: 4 }, 'c\n')).toMatchObject({ rest: 'c\n', continues: false })
  })

  test('a mark of an earlier version has no number and no tail: the length is enough', async () => {
    const rig = new Rig({ [OWN]: 'a\nb\n', [`${OWN}.000003`]: 'x\n' })
    const last = { file: OWN, length: 2, generation: null, isOld: true }
    expect(await rig.find(last, 'b\nc\n')).toMatchObject({ rest: 'c\n', generation: 4, told: [] })
  })

  test('where more lies behind what comes, the place is told, and nothing appended', async () => {
    const rig = new Rig({ [OWN]: 'a\nb\nc\n' })
    expect(await rig.find({ file: OWN, length: 2, generation: 5 }, 'b\n')).toEqual({
      ...APPENDED,
      rest: '',
      continues: false,
      size: 6,
      generation: 5,
      place: {
        length: 4,
        identity: { inode: expect.any(Number), device: expect.any(Number) },
        tail: digest(Buffer.from('a\nb\n')),
        generation: 5,
      },
    })
  })

  test('a record that was begun at its end is gone on with', async () => {
    const rig = new Rig({ [OWN]: 'a\nbb' })
    expect(await rig.find({ file: OWN, length: 2 }, 'bbb\n')).toMatchObject({
      rest: 'b\n',
      continues: true,
      size: 4,
    })
  })

  test('a copy that was put in its place is not taken for it', async () => {
    const rig = new Rig({ [OWN]: 'a\nb\n', [`${OWN}-moved`]: 'a\nb\nc\n' })
    const last = { file: `${OWN}-moved`, length: 4 }
    expect(await rig.find(last, 'c\nd\n')).toMatchObject({ rest: 'd\n', unclear: true })
  })

  test('lines of somebody else, and holes, are told', async () => {
    const foreign = new Rig({ [OWN]: 'a\nx\n' })
    expect(await foreign.find({ file: OWN, length: 2 }, 'b\n')).toMatchObject({
      rest: 'b\n',
      continues: false,
      told: ['foreign'],
    })
    const hole = new Rig({ [OWN]: 'a\n\0\0' })
    expect(await hole.find({ file: OWN, length: 2 }, 'b\n')).toMatchObject({
      rest: 'b\n',
      size: 2,
      told: ['hole'],
    })
    expect(hole.read(OWN)).toBe('a\n')
  })

  test('of a file that was cut nothing is left: that is told', async () => {
    const rig = new Rig({ [OWN]: '', other: 'a\nb\n' })
    const last = { file: 'other', length: 4, isMoved: true }
    expect(await rig.find(last, 'c\n')).toMatchObject({ rest: 'c\n', told: ['cut'], unclear: false })
    expect(await rig.find({ ...last, length: 0 }, 'c\n')).toMatchObject({ rest: 'c\n', told: [] })
    expect(await rig.find({ ...last, length: 0, isOld: true }, 'c\n')).toMatchObject({ told: [] })
    expect(await rig.find(undefined, 'c\n')).toMatchObject({ rest: 'c\n', told: [] })
  })

  test('a file that was begun among what comes is looked through from its beginning', async () => {
    const rig = new Rig({ [OWN]: 'c\nd\n', other: 'a\n' })
    const last = { file: 'other', length: 2, isMoved: true }
    expect(await rig.find(last, 'b\nc\nd\ne\n')).toMatchObject({
      rest: 'e\n',
      continues: true,
      unclear: false,
    })
    expect(await rig.find(last, 'x\n')).toMatchObject({
      rest: 'x\n',
      unclear: true,
      told: ['cut', 'foreign'],
    })
  })
})

describe('in other files', () => {
  test('it is looked for in the one that was renamed, then in those that were rotated since, oldest first', async () => {
    const rig = new Rig({
      [OWN]: 'e\n',
      [`${OWN}.000010`]: 'c\n',
      [`${OWN}.000009`]: 'b\n',
      [`${OWN}.000011`]: 'd\n',
      [`${OWN}.000008`]: 'a\n',
      [`${OWN}.000007`]: 'f\n',
    })
    const last = { file: `${OWN}.000008`, length: 2, generation: 8 }
    expect(await rig.find(last, 'b\nc\nd\ne\nf\n')).toEqual({
      ...APPENDED,
      rest: 'f\n',
      continues: true,
      size: 2,
      generation: 12,
    })
  })

  test('with a mark of an earlier version their numbers are those behind that of the one that was renamed', async () => {
    const rig = new Rig({
      [OWN]: '',
      [`${OWN}.1000000`]: 'c\n',
      [`${OWN}.999999`]: 'b\n',
      [`${OWN}.999998`]: 'a\n',
    })
    const last = { file: `${OWN}.999998`, length: 2, generation: null }
    expect(await rig.find(last, 'b\nc\nd\n')).toMatchObject({ rest: 'd\n', generation: 1_000_001 })
  })

  test('each of them is looked at once: equal records are written again', async () => {
    const rig = new Rig({ [OWN]: '', [`${OWN}.000003`]: 'a\nb\n' })
    const last = { file: `${OWN}.000003`, length: 2, generation: 3 }
    expect(await rig.find(last, 'b\na\nb\nc\n')).toMatchObject({ rest: 'a\nb\nc\n' })
    for (const name of [`${OWN}.000003`, `${OWN}-moved`]) {
      const other = new Rig({ [OWN]: '', [name]: 'a\n' })
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await other.find(undefined, 'a\na\n')).toMatchObject({ rest: 'a\n' })
    }
  })

  test('those that were rotated since are known by the number of the mark, wherever its end is', async () => {
    const files = { [OWN]: 'd\n', [`${OWN}-old`]: 'a\nb\n', [`${OWN}.000003`]: 'c\n' }
    const last = { file: `${OWN}-old`, length: 2, generation: 3 }
    expect(await new Rig(files).find(last, 'b\nc\nd\ne\n')).toMatchObject({ rest: 'e\n', told: [] })
    const removed = new Rig({ [OWN]: '', [`${OWN}.000003`]: 'c\n', gone: 'a\n' })
    const lost = { file: 'gone', length: 2, isMoved: true }
    expect(await removed.find({ ...lost, generation: 3 }, 'b\nc\nd\n')).toMatchObject({
      rest: 'd\n',
      told: ['cut'],
    })
    expect(await removed.find({ ...lost, generation: null }, 'b\nc\nd\n')).toMatchObject({
      rest: 'b\nc\nd\n',
      told: ['cut'],
    })
  })

  test('what is all in one of them leaves the place there, with its number', async () => {
    const rig = new Rig({ [OWN]: '', [`${OWN}.000003`]: 'a\nb\n', [`${OWN}.000004`]: 'c\nd\n' })
    const last = { file: `${OWN}.000003`, length: 2, generation: 3 }
    expect(await rig.find(last, 'b\n')).toMatchObject({
      rest: '',
      size: 4,
      place: { length: 4, generation: 3 },
    })
    expect(await rig.find(last, 'b\nc\n')).toMatchObject({ rest: '', place: { length: 2, generation: 4 } })
  })

  test('one that was renamed by somebody else has no number: that of the mark stays, or the next', async () => {
    const rig = new Rig({ [OWN]: '', [`${OWN}-old`]: 'a\nb\n', [`${OWN}.000002`]: 'x\n' })
    const last = { file: `${OWN}-old`, length: 2, generation: 7 }
    expect(await rig.find(last, 'b\n')).toMatchObject({ generation: 7, place: { length: 4, generation: 7 } })
    expect(await rig.find({ ...last, generation: null }, 'b\n')).toMatchObject({
      generation: 3,
      place: { generation: 3 },
    })
  })

  test('the file itself, renamed, goes before a copy, and a copy before nothing', async () => {
    const rig = new Rig({ [OWN]: '', [`${OWN}-copy`]: 'a\n', [`${OWN}-renamed`]: 'a\nb\n' })
    const last = { file: `${OWN}-renamed`, length: 2 }
    expect(await rig.find(last, 'b\nc\n')).toMatchObject({ rest: 'c\n', told: [] })
    const copied = new Rig({ [OWN]: '', [`${OWN}-copy`]: 'a\nb\n', [`${OWN}-other`]: 'a\nxyz\n' })
    expect(await copied.find({ ...last, file: `${OWN}-copy`, isMoved: true }, 'b\nc\n')).toMatchObject({
      rest: 'c\n',
      told: [],
    })
  })

  test('nothing says that a file is a copy where nothing was acknowledged, or its end is not known', async () => {
    const rig = new Rig({ [OWN]: '', [`${OWN}-copy`]: 'a\nb\n' })
    const [nothing, old] = [
      { file: `${OWN}-copy`, length: 0, isMoved: true },
      { file: `${OWN}-copy`, length: 2, isOld: true },
    ]
    expect(await rig.find(nothing, 'a\n')).toMatchObject({ rest: 'a\n' })
    expect(await rig.find(old, 'b\n')).toMatchObject({ rest: 'b\n' })
  })

  test('one that cannot be read is none', async () => {
    const rig = new Rig({ [OWN]: '', [`${OWN}-copy`]: 'a\nb\n' })
    const last = { file: `${OWN}-copy`, length: 2, isMoved: true }
    rig.world.fileSystem.disturb({ kind: 'error', code: 'EACCES' }, { operations: ['open'], path: /copy/ })
    expect(await rig.find(last, 'b\n')).toMatchObject({ rest: 'b\n', told: ['cut'] })
  })

  test('a record that was begun at the end of one is taken off it, and written whole', async () => {
    const rig = new Rig({ [OWN]: '', [`${OWN}.000001`]: 'a\nb\nlon' })
    const last = { file: `${OWN}.000001`, length: 2 }
    expect(await rig.find(last, 'b\nlonger\n')).toMatchObject({
      rest: 'longer\n',
      continues: false,
      told: [],
    })
    expect(rig.read(`${OWN}.000001`)).toBe('a\nb\n')
  })

  test('they are read in the order of their numbers, also where those have more digits', async () => {
    const rig = new Rig({
      [OWN]: '',
      [`${OWN}.1000001`]: 'd\n',
      [`${OWN}.1000000`]: 'c\n',
      [`${OWN}.999999`]: 'a\nb\n',
    })
    const last = { file: `${OWN}.999999`, length: 2 }
    expect(await rig.find(last, 'b\nc\nd\ne\n')).toMatchObject({ rest: 'e\n' })
    expect(await rig.find(undefined, 'a\nb\nc\nd\ne\n')).toMatchObject({ rest: 'e\n' })
  })

  test('lines of somebody else in them are not told, holes are', async () => {
    const foreign = new Rig({ [OWN]: '', [`${OWN}.000001`]: 'a\nx\n' })
    const last = { file: `${OWN}.000001`, length: 2 }
    expect(await foreign.find(last, 'b\n')).toMatchObject({ rest: 'b\n', told: [] })
    const hole = new Rig({ [OWN]: '', [`${OWN}.000001`]: 'a\n\0\0' })
    expect(await hole.find(last, 'b\n')).toMatchObject({ rest: 'b\n', told: ['hole'] })
    expect(hole.read(`${OWN}.000001`)).toBe('a\n')
  })

  test('what was acknowledged of nothing is looked for in all of them, from their beginning', async () => {
    const rig = new Rig({
      [OWN]: 'd\n',
      [`${OWN}.000002`]: 'c\n',
      [`${OWN}-moved2`]: 'b\n',
      [`${OWN}-moved1`]: 'a\n',
    })
    expect(await rig.find(undefined, 'a\nb\nc\nd\ne\n')).toEqual({
      ...APPENDED,
      rest: 'e\n',
      continues: true,
      size: 2,
      generation: 3,
    })
    const begun = new Rig({ [OWN]: '', [`${OWN}-moved`]: 'a\n' })
    expect(await begun.find(undefined, 'a\nb\n')).toMatchObject({ rest: 'b\n' })
    expect(await begun.find(undefined, 'x\na\n')).toMatchObject({ rest: 'x\na\n' })
  })

  test('what they hold is durable when it is not appended', async () => {
    const rig = new Rig({ [OWN]: '', [`${OWN}.000001`]: 'a\n' })
    await rig.world.run(async () => {
      const { fileSystem } = rig.world.ports()
      const file = await fileSystem.open(`/logs/${OWN}.000001`, 'a+')
      await file.write([Buffer.from('b\n')])
      await file.close()
    })
    await rig.find({ file: `${OWN}.000001`, length: 2 }, 'b\nc\n')
    rig.world.crash({ kind: 'power' })
    expect(rig.read(`${OWN}.000001`)).toBe('a\nb\n')
  })
})
