import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { faults, Recorder, RecordingReader } from '../simulators/index.ts'
import type { Fault } from '../simulators/faults/fault.ts'
import type { WireMachine } from '../simulators/wire/disturbable-engine.ts'
import { decodeChunked, encodeChunked, framesOfLengths } from './proxy/chunked.ts'
import { PassageRig } from './proxy/passage-rig.ts'

const lengths = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 400 })), {
  minLength: 1,
  maxLength: 16,
})
/** Sizes of what is cut, used by turns. */
const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 600 })), {
  minLength: 1,
  maxLength: 12,
})

const lasting: fc.Arbitrary<Fault<WireMachine>> = fc.oneof(
  fc.integer({ min: 1, max: 500 }).map((delayMs) => faults.latency({ delayMs, jitterMs: delayMs })),
  fc.integer({ min: 1, max: 50 }).map((bytes) => faults.slicer({ bytes })),
  fc.integer({ min: 1, max: 500 }).map((bytes) => faults.slowDrip({ bytes, everyMs: 10 })),
  fc.integer({ min: 0, max: 60 }).map((afterBytes) => faults.blocked({ afterBytes })),
  fc.constantFrom(faults.hungRead(), faults.neverEnds(), faults.lateHeaders(), faults.idle({ forMs: 100 })),
)

/** What happens before a piece of the answer comes. */
interface Step {
  readonly begin: Fault<WireMachine> | null
  /** Whether the fault that was begun first is over. */
  readonly ends: boolean
  readonly errorFrame: boolean
  readonly isHeld: boolean
  readonly waitMs: number
}

const step: fc.Arbitrary<Step> = fc.record({
  begin: fc.option(lasting, { freq: 3 }),
  ends: fc.boolean(),
  errorFrame: fc.boolean().map((isWanted) => isWanted),
  isHeld: fc.boolean(),
  waitMs: fc.integer({ min: 0, max: 300 }),
})

function* piecesOf(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; at += sizes[turn++ % sizes.length]!)
    yield bytes.subarray(at, at + sizes[turn % sizes.length]!)
}

describe('a log on its way through a proxy', () => {
  test.prop([lengths, cuts, cuts, fc.boolean()])(
    'passes byte for byte where nothing is wrong, however it is cut, and is complete when it is',
    (frames, chunks, pieces, framed) => {
      const body = encodeChunked(framesOfLengths(frames), chunks)
      const rig = new PassageRig({ kind: 'chunked' }, framed)
      let pushed = 0
      for (const piece of piecesOf(body, pieces)) {
        if (rig.ended !== null) expect.fail('it has ended before its end')
        rig.passage.push(piece)
        pushed += piece.length
        // Held back is a header of a frame that is not complete, with what stands between chunks.
        if (Math.min(...chunks) > 8 && pushed - rig.sentBytes > 40) expect.fail('too much is held back')
      }
      expect(rig.ended).toBe('complete')
      expect(rig.body.equals(body)).toBe(true)
    },
  )

  test.prop([lengths, cuts, cuts, fc.array(step, { minLength: 1, maxLength: 20 })])(
    'loses nothing and repeats nothing, whatever is wrong and for how long; frames come in only between frames',
    async (frames, chunks, pieces, steps) => {
      const data = framesOfLengths(frames)
      const rig = new PassageRig()
      let errorFrames = 0
      await rig.world.run(async () => {
        const begun: Disposable[] = []
        let turn = 0
        for (const piece of piecesOf(encodeChunked(data, chunks), pieces)) {
          const { begin, ends, errorFrame, isHeld, waitMs } = steps[turn++ % steps.length]!
          if (begin !== null && begun.length < 3) begun.push(begin.inject(rig))
          if (errorFrame && turn <= steps.length) {
            faults.errorFrame({ message: 'E' }).inject(rig)
            errorFrames += 1
          }
          if (ends) begun.shift()?.[Symbol.dispose]()
          rig.isHeld = isHeld
          if (turn <= steps.length) await rig.world.clock.sleep(waitMs, { signal: never })
          rig.passage.push(piece)
        }
        // As an engine does that was asked to.
        rig.passage.engineGone('cut')
        rig.isHeld = false
        rig.engine.calm()
        rig.passage.pump()
        await rig.world.clock.sleep(10_000, { signal: never })
      })
      expect(rig.ended).toBe('complete')
      const decoded = decodeChunked(rig.body)
      expect(decoded.isComplete).toBe(true)
      const { own, slippedIn } = withoutErrorFrames(decoded.data)
      expect(own.equals(data)).toBe(true)
      expect(slippedIn).toBe(errorFrames)
    },
  )

  test.prop([lengths, cuts, cuts, fc.nat()])(
    'that is ended in the middle is a complete body with the beginning of the log',
    (frames, chunks, pieces, seed) => {
      const data = framesOfLengths(frames)
      const all = [...piecesOf(encodeChunked(data, chunks), pieces)]
      const cutBefore = seed % all.length
      const rig = new PassageRig()
      all.forEach((piece, index) => {
        if (index === cutBefore) faults.cleanEnd().inject(rig)
        rig.passage.push(piece)
      })
      expect(rig.ended).toBe('complete')
      const decoded = decodeChunked(rig.body)
      expect(decoded.isComplete).toBe(true)
      expect(data.subarray(0, decoded.data.length).equals(decoded.data)).toBe(true)
    },
  )

  test.prop([lengths, cuts, cuts, fc.nat(), fc.constantFrom('cut' as const, 'broken' as const)])(
    'that breaks at the engine breaks at the client, after every byte that came',
    (frames, chunks, pieces, seed, how) => {
      const body = encodeChunked(framesOfLengths(frames), chunks)
      const all = [...piecesOf(body, pieces)]
      const kept = all.slice(0, seed % all.length)
      const rig = new PassageRig()
      for (const piece of kept) rig.passage.push(piece)
      rig.passage.engineGone(how)
      expect(rig.ended).toBe(how)
      expect(rig.body.equals(Buffer.concat(kept))).toBe(true)
    },
  )
})

test.prop([
  fc.array(fc.tuple(fc.nat({ max: 2 }), fc.uint8Array({ maxLength: 60 })), { maxLength: 20 }),
  fc.constantFrom('complete' as const, 'kept' as const, 'cut' as const, 'broken' as const),
])('a recording has every byte, each in its exchange and at its time', (sent, how) => {
  let now = 1000
  const reader = new RecordingReader()
  const head = { upstream: 'unix:///engine.sock', started: '2026-01-01T00:00:00.000Z' }
  const recorder = new Recorder(
    (line) => reader.add(line.slice(0, -1)),
    () => now,
    head,
  )
  const records = [1, 2, 3].map((connection) =>
    recorder.begin(connection, { method: 'GET', target: `/${connection}` }),
  )
  for (const [which, bytes] of sent) {
    now += 7
    records[which]!.sent(bytes)
  }
  for (const record of records) record.over(how)
  const { exchanges } = reader.end()
  for (const [which, { sent: read, end }] of exchanges.entries()) {
    const own = sent.flatMap(([of, bytes], index) =>
      of === which ? [{ afterMs: 7 * (index + 1), bytes: Buffer.from(bytes) }] : [],
    )
    expect(read).toEqual(own)
    expect(end).toEqual({ afterMs: 7 * sent.length, how })
  }
  expect(exchanges).toHaveLength(3)
})

/** The log's own frames, and how many of stream 3 came in between. */
function withoutErrorFrames(data: Buffer): { own: Buffer; slippedIn: number } {
  const own: Buffer[] = []
  let slippedIn = 0
  for (let at = 0; at < data.length;) {
    const end = at + 8 + data.readUInt32BE(at + 4)
    if (data[at] === 3) slippedIn += 1
    else own.push(data.subarray(at, end))
    at = end
  }
  return { own: Buffer.concat(own), slippedIn }
}

const never = new AbortController().signal
