import { z } from 'zod'

/**
 * A recording is a text of lines, each a JSON object. The first says what it is; the others are what happened, in that order, with `t` in milliseconds since the
 * recording began. Bytes are a text in which each character is one byte (ISO 8859-1).
 *
 *     {"recording":"watertight","version":1,"upstream":"unix:///var/run/docker.sock","started":"2026-01-01T00:00:00.000Z"}
 *     {"t":12.1,"exchange":1,"connection":1,"method":"GET","target":"/v1.41/containers/json?all=1"}
 *     {"t":14.9,"exchange":1,"bytes":"HTTP/1.1 200 OK\r\n..."}
 *     {"t":15.0,"exchange":1,"over":"complete"}
 */
export const RecordingHead = z.strictObject({
  recording: z.literal('watertight'),
  version: z.literal(1),
  upstream: z.string(),
  started: z.string(),
})

const t = z.number().min(0)
const exchange = z.int().min(1)

export const RecordingEvent = z.union([
  z.strictObject({ t, exchange, connection: z.int(), method: z.string(), target: z.string() }),
  z.strictObject({ t, exchange, bytes: z.string().regex(/^[\0-\u{ff}]*$/u) }),
  z.strictObject({ t, exchange, over: z.enum(['complete', 'kept', 'cut', 'broken', 'left']) }),
])

export type RecordingHead = z.infer<typeof RecordingHead>
export type RecordingEvent = z.infer<typeof RecordingEvent>
