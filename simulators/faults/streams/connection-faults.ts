import { EngineError } from '../../../reference/ports/index.ts'
import { milliseconds, wholeNumber, withDefault } from '../parameter.ts'
import { ByteBudget } from './byte-budget.ts'
import { streamFault, type StreamFaultKind } from './stream-fault-kind.ts'

const DAY_MS = 86_400_000

/** The request for a log is accepted and never answered. */
export const hungOpen: StreamFaultKind = streamFault({
  name: 'hung-open',
  description: 'The request for a log is accepted and never answered.',
  parameters: {},
  holdsRequest: true,
  actOn: () => null,
})

/** The head of the answer comes only with the first output, as from some engines: the request for a silent log looks hung. */
export const lateHeaders: StreamFaultKind = streamFault({
  name: 'late-headers',
  description: 'The head of the answer comes only with the first output.',
  parameters: {},
  actOn: (wire) => wire.impose({ delaysHead: true }),
})

/** The log has more and nothing is sent, for ever. */
export const hungRead: StreamFaultKind = streamFault({
  name: 'hung-read',
  description: 'The log has more and nothing is sent, for ever.',
  parameters: {},
  actOn: (wire) => wire.impose({ allowance: 0, holdsEnd: true }),
})

/** Nothing is sent for a time; then it goes on. */
export const idle: StreamFaultKind<{ readonly forMs: number }> = streamFault({
  name: 'idle',
  description: 'Nothing is sent for a time; then the stream goes on.',
  parameters: { forMs: milliseconds({ min: 1, max: DAY_MS }) },
  actOn: (wire, { forMs }) => {
    const condition = wire.impose({
      allowance: 0,
      holdsEnd: true,
      end: () => over.cancel(),
    })
    const over = wire.host.schedule(forMs, 'idle no more', () => condition[Symbol.dispose]())
    return condition
  },
})

/** After some bytes of the next message nothing is sent, for ever. */
export const blocked: StreamFaultKind<{ readonly afterBytes: number }> = streamFault({
  name: 'blocked',
  description:
    'After some bytes of the next message nothing is sent; below 8 that is inside the header of its frame.',
  parameters: { afterBytes: wholeNumber({ min: 0, max: 2 ** 30 }) },
  actOn: (wire, { afterBytes }) => wire.impose(new ByteBudget(wire.toBoundary + afterBytes)),
})

/** After some bytes of the next message the connection breaks. */
export const halfFrameReset: StreamFaultKind<{ readonly afterBytes?: number | undefined }> = streamFault({
  name: 'half-frame-reset',
  description:
    'After some bytes of the next message the connection breaks; below 8 that is inside the header of its frame.',
  parameters: { afterBytes: withDefault(wholeNumber({ min: 1, max: 2 ** 30 }), 12) },
  actOn: (wire, { afterBytes }) =>
    wire.impose(new ByteBudget(wire.toBoundary + afterBytes, () => wire.fail(connectionReset()))),
})

/** The connection breaks at once; what was not read is gone. */
export const reset: StreamFaultKind = streamFault({
  name: 'reset',
  description: 'The connection breaks; what was not read is gone.',
  parameters: {},
  lasts: false,
  actOn: (wire) => {
    wire.fail(connectionReset())
    return null
  },
})

/** The reply ends where it is, as if the container had ended. */
export const cleanEnd: StreamFaultKind = streamFault({
  name: 'clean-end',
  description: 'The reply ends where it is, as if the container had ended.',
  parameters: {},
  lasts: false,
  actOn: (wire) => {
    wire.cut()
    return null
  },
})

/** The reply ends and its connection stays open, also where the client asked for it to be closed. In process it is a clean end. */
export const endWithoutClose: StreamFaultKind = streamFault({
  name: 'end-without-close',
  description:
    'The reply ends where it is and its connection stays open, though the client asked for it to be closed.',
  parameters: {},
  lasts: false,
  actOn: (wire) => {
    wire.impose({ staysOpen: true })
    wire.cut()
    return null
  },
})

/** The container ends and its reply does not: everything is sent, and then nothing, for ever. */
export const neverEnds: StreamFaultKind = streamFault({
  name: 'never-ends',
  description: 'Everything is sent, and the end never comes.',
  parameters: {},
  actOn: (wire) => wire.impose({ holdsEnd: true }),
})

/** The release of a stream is never acknowledged: the engine goes on as if the reader were there. */
export const hungClose: StreamFaultKind = streamFault({
  name: 'hung-close',
  description: 'The release of a stream is never acknowledged: the engine keeps its side of it.',
  parameters: {},
  actOn: (wire) => wire.impose({ hangsOnClose: true }),
})

function connectionReset(): EngineError {
  return new EngineError('unavailable', 'The connection was reset')
}
