import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { faults, World, type VirtualPorts } from '../../../simulators/index.ts'
import type { Block } from '../block.ts'
import { compareOffsets, Spool, type SpoolOffset } from './spool.ts'

const DIRECTORY = '/state/spool'
const { signal } = new AbortController()

/** A block of one source whose records are numbered over all blocks. */
function block(source: string, first: number, records: number, lineBytes = 10): Block {
  const lines = Array.from(
    { length: records },
    (_, n) => `${source} ${first + n}`.padEnd(lineBytes, '.') + '\n',
  )
  let end = 0
  return {
    source: { id: source, kind: 'container', name: `name of ${source}`, attributes: { tier: 'db' } },
    bytes: Buffer.from(lines.join('')),
    ends: Uint32Array.from(lines, (line) => (end += line.length)),
    streams: Uint8Array.from(lines, (_, n) => 1 + (n % 2)),
    times: BigInt64Array.from(lines, (_, n) => BigInt(first + n) * 1_000_000_000n),
    epoch: 3,
    firstRecord: first,
    position: { epoch: 3, records: first + records, toJSON: () => ({ place: first + records }) },
  }
}

function columnsOf({ source, ends, streams, times, epoch, firstRecord }: Block): object {
  return { source, ends, streams, times, epoch, firstRecord }
}

const text = ({ bytes }: Block): string => Buffer.from(bytes).toString()

/** A process with a spool on a simulated disk. */
class Rig {
  readonly world: World
  ports!: VirtualPorts
  spool!: Spool

  constructor(seed = 1) {
    this.world = new World({ seed })
  }

  async open(
    committed: SpoolOffset | null,
    sizes: { segmentBytes?: number; bytesMax?: number } = {},
  ): Promise<Map<string, unknown>> {
    this.ports = this.world.ports()
    const { fileSystem, logger } = this.ports
    const { segmentBytes = 1000, bytesMax = 1e9 } = sizes
    this.spool = new Spool({ fileSystem, logger, directory: DIRECTORY, segmentBytes, bytesMax })
    const { positions } = await this.world.run(() => this.spool.open(committed))
    return new Map([...positions].map(([source, position]) => [source.id, position]))
  }

  append(...blocks: Block[]): Promise<SpoolOffset> {
    return this.world.run(() => this.spool.append(blocks, { signal }))
  }

  /** Everything from a place to the end. */
  async contents(from: SpoolOffset): Promise<string> {
    let whole = ''
    let at = from
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- in order
      const piece = await this.world.run(() => this.spool.read(at))
      if (piece === null) return whole
      whole += piece.blocks.map(text).join('')
      at = piece.next
    }
  }

  names(): string[] {
    return [...this.world.fileSystem.disk.readdir(DIRECTORY)].toSorted()
  }
}

describe('Spool', () => {
  test('what is appended comes back as it was, in order, from any place between two transactions', async () => {
    const rig = new Rig()
    await rig.open(null)
    const [a, b, c] = [block('a', 0, 2), block('b', 7, 3), block('a', 2, 0)]
    const between = await rig.append(a)
    const end = await rig.append(b, c)
    const piece = await rig.world.run(() => rig.spool.read(between))
    expect(piece).toMatchObject({ next: end, damaged: false })
    expect(piece?.blocks.map((one) => ({ ...columnsOf(one), bytes: text(one) }))).toEqual(
      [b, c].map((one) => ({ ...columnsOf(one), bytes: text(one) })),
    )
    expect(piece?.blocks[0]?.position).toMatchObject({ epoch: 3, records: 10 })
    expect(await rig.world.run(() => rig.spool.read(end))).toBeNull()
  })

  test('what waits while another write is under way is written together, each told its end', async () => {
    const rig = new Rig()
    await rig.open(null)
    const ends = await rig.world.run(() =>
      Promise.all([1, 2, 3].map((n) => rig.spool.append([block('a', n, 1)], { signal }))),
    )
    expect(compareOffsets(ends[0]!, ends[1]!)).toBeLessThan(0)
    expect(ends[1]).toEqual(ends[2])
    const piece = await rig.world.run(() => rig.spool.read({ segment: 0, offset: 0 }))
    expect(piece?.blocks.map(({ firstRecord }) => firstRecord)).toEqual([1, 2, 3])
  })

  test('who waits for more is woken by it, and not before', async () => {
    const rig = new Rig()
    await rig.open(null)
    const at = await rig.append(block('a', 0, 1))
    let woken = false
    const waiting = rig.spool.waitForMore(at, { signal }).then(() => (woken = true))
    await rig.world.advance(1000)
    expect(woken).toBe(false)
    await rig.append(block('a', 1, 1))
    await rig.world.run(() => waiting)
    expect(woken).toBe(true)
  })

  test('segments that lie wholly before a place are removed, the last one never', async () => {
    const rig = new Rig()
    await rig.open(null, { segmentBytes: 100 })
    const ends: SpoolOffset[] = []
    // oxlint-disable-next-line no-await-in-loop -- in order
    for (let n = 0; n < 6; n++) ends.push(await rig.append(block('a', n, 1)))
    expect(rig.names().length).toBeGreaterThan(3)
    await rig.world.run(() => rig.spool.release(ends[3]!))
    expect(await rig.contents(ends[3]!)).toBe(text(block('a', 4, 1)) + text(block('a', 5, 1)))
    await rig.world.run(() => rig.spool.release(ends[5]!))
    expect(rig.names().length).toBe(1)
  })

  test('while it is full an append waits, and goes on when a segment is released', async () => {
    const rig = new Rig()
    await rig.open(null, { segmentBytes: 200, bytesMax: 600 })
    const first = await rig.append(block('a', 0, 1))
    let n = 1
    // oxlint-disable-next-line no-await-in-loop -- in order
    while (rig.spool.bytes < 600) await rig.append(block('a', n++, 1))
    const controller = new AbortController()
    const given = rig.spool.append([block('a', 99, 1)], controller)
    let done = false
    const waiting = rig.spool.append([block('a', n, 1)], { signal }).then(() => (done = true))
    await rig.world.advance(60_000)
    expect(done).toBe(false)
    controller.abort(new Error('enough'))
    await expect(rig.world.run(() => given)).rejects.toThrow('enough')
    await rig.world.run(() => rig.spool.release({ segment: first.segment + 1, offset: 0 }))
    await rig.world.run(() => waiting)
    expect(await rig.contents(rig.spool.start)).not.toContain(' 99')
  })

  test('a spool whose only segment is over the bound goes on in a second one', async () => {
    const rig = new Rig()
    await rig.open(null, { segmentBytes: 100, bytesMax: 100 })
    await rig.append(block('a', 0, 30))
    await rig.append(block('a', 30, 1))
    expect(rig.names().length).toBe(2)
  })

  test('a write that failed half way leaves nothing, and the next one is whole', async () => {
    const rig = new Rig()
    await rig.open(null)
    const end = await rig.append(block('a', 0, 1))
    const full = rig.world.inject(faults.noSpace({ afterBytes: 50 }))
    await expect(rig.append(block('a', 1, 9))).rejects.toThrow(/ENOSPC/)
    expect(rig.spool.end).toEqual(end)
    full[Symbol.dispose]()
    await rig.append(block('a', 1, 1))
    expect(await rig.contents(rig.spool.start)).toBe(text(block('a', 0, 1)) + text(block('a', 1, 1)))
  })

  test('a transaction that a disk has spoilt is told, and what the next segment holds is read', async () => {
    const rig = new Rig()
    await rig.open(null, { segmentBytes: 100 })
    const end = await rig.append(block('a', 0, 1))
    await rig.append(block('a', 1, 1))
    const [name] = rig.names()
    const file = await rig.world.run(() => rig.world.fileSystem.open(`${DIRECTORY}/${name}`, 'r+'))
    await rig.world.run(() => file.truncate(end.offset - 3))
    await rig.world.run(() => file.truncate(end.offset))
    const piece = await rig.world.run(() => rig.spool.read({ segment: 0, offset: 0 }))
    expect(piece).toEqual({ blocks: [], next: end, damaged: true })
    expect(await rig.contents(end)).toBe(text(block('a', 1, 1)))
    await rig.world.run(() => file.close())
  })

  test('what a crash tore is cut and said, and what is appended then is whole', async () => {
    const rig = new Rig()
    await rig.open(null)
    const end = await rig.append(block('a', 0, 1))
    const [name] = rig.names()
    const file = await rig.world.run(() => rig.world.fileSystem.open(`${DIRECTORY}/${name}`, 'a+'))
    await rig.world.run(() => file.write([new Uint8Array(100)]))
    await rig.world.run(() => file.close())
    rig.world.crash({ kind: 'kill' })
    await rig.open(end)
    expect(rig.ports.logger.entries.map(({ level }) => level)).toEqual(['warn'])
    await rig.append(block('a', 1, 1))
    expect(await rig.contents(rig.spool.start)).toBe(text(block('a', 0, 1)) + text(block('a', 1, 1)))
  })

  test.for([1, 2, 3, 4, 5])(
    'what a killed process appended is synced by the next one before its positions are saved: seed %i',
    async (seed) => {
      const rig = new Rig(seed)
      await rig.open(null)
      await rig.append(block('a', 0, 9, 1000))
      rig.world.crash({ kind: 'kill' })
      await rig.open(null)
      await rig.world.run(() => rig.spool.sync())
      rig.world.crash({ kind: 'power' })
      await rig.open(null)
      expect(await rig.contents(rig.spool.start)).toBe(text(block('a', 0, 9, 1000)))
    },
  )

  test('of a spool that somebody removed the next transaction is in a place of its own, and that is said', async () => {
    const rig = new Rig()
    await rig.open({ segment: 4, offset: 500 })
    expect(rig.ports.logger.entries.map(({ level }) => level)).toEqual(['error'])
    await rig.append(block('a', 0, 1))
    expect(await rig.contents({ segment: 4, offset: 500 })).toBe(text(block('a', 0, 1)))
  })

  test('after close no descriptor is left', async () => {
    const rig = new Rig()
    await rig.open(null, { segmentBytes: 100 })
    for (const n of [0, 1, 2]) {
      // oxlint-disable-next-line no-await-in-loop -- in order
      await rig.append(block('a', n, 1))
    }
    await rig.world.run(() => rig.spool.sync())
    await rig.contents(rig.spool.start)
    await rig.world.run(() => rig.spool.close())
    expect(rig.world.ledger.list()).toEqual([])
  })

  test('whatever it is crashed in: nothing appended is lost by a kill, nothing synced by a power cut, and the positions are those of what is there', async () => {
    const life = fc.record({
      appends: fc.array(
        fc.record({ source: fc.constantFrom('a', 'b'), records: fc.nat(20), synced: fc.boolean() }),
        { maxLength: 8 },
      ),
      syncsAtStart: fc.boolean(),
      kind: fc.constantFrom('kill' as const, 'power' as const),
      events: fc.nat(12),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(life, { minLength: 1, maxLength: 4 }),
        fc.noShrink(fc.nat()),
        async (lives, seed) => {
          const rig = new Rig(seed)
          const records = { a: 0, b: 0 }
          /** What lies in the spool for certain, and what may. */
          let durable = ''
          let certain = ''
          let possible = ''
          let committed: SpoolOffset | null = null
          let lastKind: 'kill' | 'power' = 'power'
          /** Saved when it was synced. */
          const saved = new Map<string, unknown>()
          for (const { appends, syncsAtStart, kind, events } of lives) {
            // oxlint-disable no-await-in-loop -- one life after the other
            const found = await rig.open(committed, { segmentBytes: 300 })
            const held = await rig.contents({ segment: 0, offset: 0 })
            expect(possible.startsWith(held) && held.startsWith(certain), `${held} of ${possible}`).toBe(true)
            const known = new Map([...saved, ...found])
            for (const source of ['a', 'b'] as const) {
              const last = held
                .split('\n')
                .findLast((line) => line.startsWith(`${source} `))
                ?.match(/\d+/)?.[0]
              const place = last === undefined ? undefined : { place: Number(last) + 1 }
              if (place !== undefined) expect(known.get(source)).toEqual(place)
              records[source] = place?.place ?? 0
            }
            certain = possible = held
            if (lastKind === 'power') durable = held
            lastKind = kind
            const sync = async (): Promise<void> => {
              committed = rig.spool.end
              await rig.world.run(() => rig.spool.sync())
              durable = possible
              for (const id of ['a', 'b'] as const) if (records[id] > 0) saved.set(id, { place: records[id] })
            }
            if (syncsAtStart) await sync()
            for (const { source, records: count, synced } of appends) {
              const one = block(source, records[source], count)
              records[source] += count
              possible += text(one)
              await rig.append(one)
              if (synced) await sync()
            }
            certain = kind === 'kill' ? possible : durable
            const last = block('a', records.a, 9, 1000)
            possible += text(last)
            rig.spool.append([last], { signal }).catch(() => {})
            await rig.world.step(events)
            rig.world.crash({ kind })
            // oxlint-enable no-await-in-loop
          }
        },
      ),
      { numRuns: 100, seed: 20_261_101 },
    )
  })
})

test('who waits at the end of a segment waits on while the next one is begun and nothing is in it', async () => {
  const rig = new Rig()
  await rig.open(null, { segmentBytes: 1 })
  const end = await rig.append(block('a', 0, 1))
  let woken = false
  const waiting = rig.spool.waitForMore(end, { signal }).then(() => (woken = true))
  const full = rig.world.inject(faults.noAccess({ path: /000001/ }))
  await expect(rig.append(block('a', 1, 1))).rejects.toThrow('EACCES')
  await rig.world.advance(1000)
  expect(woken).toBe(false)
  expect(rig.spool.end).toEqual(end)
  full[Symbol.dispose]()
  await rig.append(block('a', 1, 1))
  await waiting
})

test('who reads at one place at the same time shares one read, of the file that is open', async () => {
  const rig = new Rig()
  await rig.open(null)
  const from = rig.spool.end
  await rig.append(block('a', 0, 2))
  const before = rig.world.eventCount
  const pieces = await rig.world.run(() => Promise.all([1, 2, 3].map(() => rig.spool.read(from))))
  expect(pieces.map((piece) => piece?.blocks.map(text))).toEqual(
    [1, 2, 3].map(() => [text(block('a', 0, 2))]),
  )
  expect(rig.world.eventCount - before).toBe(1)
})

test('a segment that is left while it is read is closed behind its last reader', async () => {
  const rig = new Rig()
  await rig.open(null, { segmentBytes: 1 })
  const from = rig.spool.end
  await rig.append(block('a', 0, 1))
  const slow = rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 1000 }, { operations: ['read'] })
  const reading = rig.spool.read(from)
  await rig.append(block('a', 1, 1))
  expect(rig.world.ledger.count('file')).toBe(2)
  slow[Symbol.dispose]()
  const piece = await rig.world.run(() => reading)
  expect(piece?.blocks.map(text)).toEqual([text(block('a', 0, 1))])
  await rig.world.run(() => rig.spool.close())
  expect(rig.world.ledger.list('file')).toEqual([])
})

test('each sync is over only when what was appended before it is on the disk, whoever syncs beside it', async () => {
  const rig = new Rig()
  await rig.open(null)
  await rig.append(block('a', 0, 1))
  rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 1000 }, { operations: ['sync'] })
  const first = rig.spool.sync()
  await rig.world.advance(100)
  const appended = rig.spool.append([block('a', 1, 1)], { signal })
  await rig.world.advance(10)
  const end = await appended
  const endedMs = Array.from({ length: 2 }, () => rig.spool.sync().then(() => rig.world.nowMs))
  await rig.world.run(() => Promise.all([first, ...endedMs]))
  for (const ms of endedMs) expect(await ms).toBeGreaterThanOrEqual(2000)
  expect(end.offset).toBeGreaterThan(0)
})

test('what is read to be sent away survives a power cut, and what was appended meanwhile is read with the next sync', async () => {
  const rig = new Rig()
  await rig.open(null)
  const from = await rig.append(block('a', 0, 1))
  const end = await rig.append(block('a', 1, 1))
  const piece = await rig.world.run(() => rig.spool.readDurable(from))
  expect(piece?.next).toEqual(end)
  expect(await rig.world.run(() => rig.spool.readDurable(end))).toBeNull()
  rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 1000 }, { operations: ['sync'] })
  await rig.append(block('a', 2, 1))
  const reading = rig.spool.readDurable(end)
  await rig.world.advance(100)
  const last = await rig.append(block('a', 3, 1))
  const found = await rig.world.run(() => reading)
  expect(found?.blocks.map(({ firstRecord }) => firstRecord)).toEqual([2])
  expect((await rig.world.run(() => rig.spool.readDurable(found!.next)))?.next).toEqual(last)
})

test('what is not to be seen before it is synced is read by nobody until then, nor is what comes after it, also in a new segment', async () => {
  const rig = new Rig()
  await rig.open(null, { segmentBytes: 1 })
  const from = await rig.append(block('a', 0, 1))
  await rig.world.run(() => rig.spool.append([block('b', 0, 1)], { signal, unseenUntilSynced: true }))
  const end = await rig.append(block('a', 1, 1))
  expect(end.segment).toBe(2)
  const more = rig.spool.append([block('b', 1, 1)], { signal, unseenUntilSynced: true })
  const waiting = rig.spool.waitForMore(end, { signal }).then(() => rig.world.nowMs)
  await rig.world.run(() => more)
  // What was left with its segment is synced.
  expect(await rig.contents(from)).toBe('b 0.......\na 1.......\n')
  await rig.world.advance(1000)
  await rig.world.run(() => rig.spool.sync())
  expect(await rig.world.run(() => waiting)).toBeGreaterThanOrEqual(1000)
  expect(await rig.contents(end)).toBe('b 1.......\n')
})

test('a close waits for a read that its reader has given up, so that no file is left open', async () => {
  const rig = new Rig()
  await rig.open(null, { segmentBytes: 100 })
  for (let n = 0; n < 3; n++) await rig.append(block('a', 3 * n, 3))
  await rig.world.run(() => {
    const reading = rig.spool.read({ segment: 0, offset: 0 })
    reading.catch(() => {})
    return rig.spool.close()
  })
  expect(rig.world.ledger.count('file')).toBe(0)
  expect(rig.world.ledger.count('file-operation')).toBe(0)
})

/** Does it a second time where it fails. */
async function again(work: () => Promise<unknown>): Promise<void> {
  await work().catch(work)
}

/** Appends and syncs, each again until it is done. @param before operations that do as they are asked, before one that fails */
async function appendAndSync(
  before: number,
  seed = 1,
): Promise<{ rig: Rig; operations: number; start: SpoolOffset }> {
  const rig = new Rig(seed)
  await rig.open(null, { segmentBytes: 300 })
  const start = rig.spool.end
  let operations = 0
  rig.world.fileSystem.beforeLook = () => void (operations += 1)
  rig.world.fileSystem.disturb({ kind: 'slow', delayMs: 0 }, { times: before })
  rig.world.fileSystem.disturb({ kind: 'error', code: 'EIO' }, { times: 1 })
  for (let n = 0; n < 12; n++) {
    // oxlint-disable no-await-in-loop -- in order
    await again(() => rig.append(block('a', 5 * n, 5)))
    if (n % 2 === 1) await again(() => rig.world.run(() => rig.spool.sync()))
    // oxlint-enable no-await-in-loop
  }
  return { rig, operations, start }
}

describe('whichever one operation fails', () => {
  const SEEDS = 4
  const all = Array.from({ length: 12 }, (_, n) => text(block('a', 5 * n, 5))).join('')

  test.each(['kill', 'power'] as const)(
    'before a %s, what was appended and synced is there, once',
    async (kind) => {
      const { operations } = await appendAndSync(Infinity)
      for (let place = 0; place < SEEDS * operations; place++) {
        // oxlint-disable no-await-in-loop -- one after the other
        const before = Math.floor(place / SEEDS)
        // What a power cut takes of what is not durable is drawn.
        const { rig, start } = await appendAndSync(before, place % SEEDS)
        rig.world.crash({ kind })
        await rig.open(start)
        expect({ before, contents: await rig.contents(start) }).toEqual({ before, contents: all })
        // oxlint-enable no-await-in-loop
      }
    },
  )
})
