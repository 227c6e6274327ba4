/** A chunked body, cut into chunks of these lengths by turns. */
export function encodeChunked(data: Buffer, lengths: readonly number[]): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0, turn = 0; at < data.length; turn++) {
    const chunk = data.subarray(at, at + lengths[turn % lengths.length]!)
    pieces.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'))
    at += chunk.length
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')])
}

/** What a client makes of a chunked body. */
export interface DecodedBody {
  readonly data: Buffer
  /** Whether its end was there, and nothing after it. */
  readonly isComplete: boolean
}

/** @throws Error where it is none */
export function decodeChunked(body: Buffer): DecodedBody {
  const pieces: Buffer[] = []
  for (let at = 0; at < body.length;) {
    const lineEnd = body.indexOf('\r\n', at)
    if (lineEnd === -1) break
    const line = body.toString('latin1', at, lineEnd)
    if (!/^[0-9a-f]+$/.test(line)) throw new Error(`No size of a chunk: ${JSON.stringify(line)}`)
    const length = Number.parseInt(line, 16)
    const start = lineEnd + 2
    if (length === 0)
      return { data: Buffer.concat(pieces), isComplete: body.toString('latin1', start) === '\r\n' }
    pieces.push(body.subarray(start, start + length))
    const end = body.toString('latin1', start + length, start + length + 2)
    if (!'\r\n'.startsWith(end)) throw new Error(`A chunk ends in ${JSON.stringify(end)}`)
    at = start + length + 2
  }
  return { data: Buffer.concat(pieces), isComplete: false }
}

/** Frames of a log with payloads of these lengths, by turns of both streams; their bytes tell where they belong. */
export function framesOfLengths(lengths: readonly number[]): Buffer {
  return Buffer.concat(
    lengths.map((length, index) => {
      const header = Buffer.alloc(8)
      header[0] = 1 + (index % 2)
      header.writeUInt32BE(length, 4)
      return Buffer.concat([header, Buffer.alloc(length, 0x61 + (index % 26))])
    }),
  )
}
