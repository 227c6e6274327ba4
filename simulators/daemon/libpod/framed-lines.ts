import type { EngineError } from '../../../reference/ports/index.ts'
import { STDOUT } from '../../engine/log-file.ts'
import { frameHeader } from '../../engine/selected-log.ts'
import type { StreamSource } from '../../engine/simulated-stream.ts'

/** Puts what a terminal wrote into frames, each up to a newline: Podman's own API frames every log, its Docker API those without a terminal only. */
export class FramedLines implements StreamSource<Uint8Array> {
  readonly #source: StreamSource<Uint8Array>

  /** @param source bytes that are not in frames */
  constructor(source: StreamSource<Uint8Array>) {
    this.#source = source
  }

  get state(): 'ready' | 'waiting' | 'ended' | EngineError {
    return this.#source.state
  }

  get dueMs(): number {
    return this.#source.dueMs
  }

  get hangsOnClose(): boolean {
    return this.#source.hangsOnClose
  }

  get staysOpen(): boolean {
    return this.#source.staysOpen
  }

  get delaysHead(): boolean {
    return this.#source.delaysHead
  }

  set onChange(listener: () => void) {
    this.#source.onChange = listener
  }

  take(): Uint8Array {
    return Buffer.concat(
      linesOf(this.#source.take()).flatMap((line) => [frameHeader(STDOUT, line.length), line]),
    )
  }

  close(): void {
    this.#source.close()
  }
}

/** The lines of a piece, each with its newline; the last may have none. */
function linesOf(piece: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let start = 0; start < piece.length;) {
    const newline = piece.indexOf(NEWLINE, start)
    const end = newline === -1 ? piece.length : newline + 1
    lines.push(piece.subarray(start, end))
    start = end
  }
  return lines
}

const NEWLINE = 0x0a
