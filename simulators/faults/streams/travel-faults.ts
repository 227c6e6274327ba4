import { bytes, milliseconds, wholeNumber, withDefault } from '../parameter.ts'
import { Delay } from './delay.ts'
import { Pace } from './pace.ts'
import { streamFault, type StreamFaultKind } from './stream-fault-kind.ts'

const HOUR_MS = 3_600_000
/** Bandwidth is given out in pieces of what it yields in this time. */
const TICK_MS = 50

/** Everything comes this much later, give or take the jitter, the end too. */
export const latency: StreamFaultKind<{ readonly delayMs: number; readonly jitterMs?: number | undefined }> =
  streamFault({
    name: 'latency',
    description: 'Everything comes later, give or take a jitter.',
    parameters: {
      delayMs: milliseconds({ min: 1, max: HOUR_MS }),
      jitterMs: withDefault(milliseconds({ min: 0, max: HOUR_MS }), 0, '0ms'),
    },
    actOn: (wire, { delayMs, jitterMs }) => {
      const random = wire.host.random.fork('latency')
      return wire.impose(
        new Delay(wire, () => Math.max(0, random.between(delayMs - jitterMs, delayMs + jitterMs))),
      )
    },
  })

/** No more than so many bytes a second. */
export const bandwidth: StreamFaultKind<{ readonly bytesPerSecond: number }> = streamFault({
  name: 'bandwidth',
  description: 'No more than so many bytes a second.',
  parameters: { bytesPerSecond: wholeNumber({ min: 1, max: 2 ** 30 }) },
  actOn: (wire, { bytesPerSecond }) => {
    const piece = Math.max(1, Math.round((bytesPerSecond * TICK_MS) / 1000))
    return wire.impose(new Pace(wire, piece, (piece / bytesPerSecond) * 1000))
  },
})

/** A few bytes at a time, far apart. */
export const slowDrip: StreamFaultKind<{ readonly bytes?: number | undefined; readonly everyMs: number }> =
  streamFault({
    name: 'slow-drip',
    description: 'A few bytes at a time, far apart.',
    parameters: {
      bytes: withDefault(wholeNumber({ min: 1, max: 65_536 }), 1),
      everyMs: milliseconds({ min: 1, max: HOUR_MS }),
    },
    actOn: (wire, { bytes: count, everyMs }) => wire.impose(new Pace(wire, count, everyMs)),
  })

/** Everything comes at once, in small pieces. */
export const slicer: StreamFaultKind<{ readonly bytes?: number | undefined }> = streamFault({
  name: 'slicer',
  description: 'Everything comes in small pieces.',
  parameters: { bytes: withDefault(bytes({ min: 1, max: 65_536 }), 1, '1B') },
  actOn: (wire, { bytes: count }) => wire.impose({ pieceBytes: count }),
})
