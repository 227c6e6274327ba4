import { HEADER_BYTES, STDOUT } from '../../engine/log/log-file.ts'
import { frameHeader } from '../../engine/reply/selected-log.ts'
import type { Wire } from '../../wire/wire.ts'
import { bytes, text, withDefault } from '../parameter.ts'
import { streamFault, type StreamFaultKind } from './stream-fault-kind.ts'

/** Between two messages come eight bytes that are no header. Not with a TTY, which has no frames. */
export const garbageHeader: StreamFaultKind = streamFault({
  name: 'garbage-header',
  description:
    'Between two messages come eight bytes that are no header; not with a TTY, which has no frames.',
  parameters: {},
  lasts: false,
  actOn: (wire) => {
    const garbage = Buffer.from(wire.host.random.fork('garbage').hex(2 * HEADER_BYTES), 'hex')
    // Stream numbers end at 3.
    garbage[0] = 0x80 | garbage[0]!
    return insert(wire, garbage)
  },
})

/** A frame of stream 3, as the engine sends when it fails within a reply whose head was sent. Not with a TTY. */
export const errorFrame: StreamFaultKind<{ readonly message?: string | undefined }> = streamFault({
  name: 'error-frame',
  description: 'A frame of stream 3, with which the engine tells an error of its own; not with a TTY.',
  parameters: { message: withDefault(text(), 'Error grabbing logs: EOF') },
  lasts: false,
  actOn: (wire, { message }) => {
    const payload = Buffer.from(message)
    return insert(wire, Buffer.concat([frameHeader(SYSTEM_ERROR, payload.length), payload]))
  },
})

/** One frame of this size, which no engine would send: it cuts lines at 16 KiB. Not with a TTY. */
export const giantFrame: StreamFaultKind<{ readonly bytes?: number | undefined }> = streamFault({
  name: 'giant-frame',
  description: 'One frame of this size, which no engine would send; not with a TTY.',
  parameters: { bytes: withDefault(bytes({ min: 16_384, max: 256 * 2 ** 20 }), 64 * 2 ** 20, '64MiB') },
  lasts: false,
  actOn: (wire, { bytes: length }) => {
    const payload = Buffer.alloc(length, 'x')
    payload.write(`${new Date(wire.host.clock.wallTime()).toISOString().slice(0, -1)}000000Z `)
    return insert(wire, Buffer.concat([frameHeader(STDOUT, length), payload]))
  },
})

function insert(wire: Wire, frame: Uint8Array): null {
  if (wire.framed) wire.insert(frame)
  return null
}

/** Number of the stream with which the engine tells of its own errors. */
const SYSTEM_ERROR = 3
