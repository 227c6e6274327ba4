/**
 * A piece of a log as it was sent: one message of a stream, or with a TTY everything there was, as `raw`. A character of the
 * text is a byte, so that characters may be cut.
 */
export type LogPiece = readonly [stream: 'stdout' | 'stderr' | 'raw' | 'error', text: string]

/** What a client was sent of a log. */
export class LogSeen {
  readonly pieces: readonly LogPiece[]

  constructor(pieces: readonly LogPiece[]) {
    this.pieces = pieces
  }

  /** Everything on a stream; what is raw counts as stdout. */
  text(stream: 'stdout' | 'stderr'): string {
    const own = this.pieces.filter(([from]) => from === stream || (from === 'raw' && stream === 'stdout'))
    return own.map(([, text]) => text).join('')
  }
}

/** For expectations: `log('out a', 'err b')` is a line of each stream; text that does not end in a newline is given as a piece. */
export function log(...pieces: readonly (string | LogPiece)[]): LogSeen {
  return new LogSeen(pieces.map((piece) => (typeof piece === 'string' ? lineOf(piece) : piece)))
}

function lineOf(short: string): LogPiece {
  const stream = short.startsWith('err ') ? 'stderr' : 'stdout'
  return [stream, `${short.slice('out '.length)}\n`]
}
