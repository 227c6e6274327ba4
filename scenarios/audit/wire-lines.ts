import type { ExchangeLog, ExchangeRecord } from '../../simulators/proxy/exchange-log.ts'
import { BEGINNING_OF_NUMBERED_LINE } from './numbered-line.ts'

/**
 * Which numbered lines an engine has sent a subject, over all of its connections: what is missing in its output was read, or never was. The beginning of a line
 * stands for all of it.
 */
export class WireLines implements ExchangeLog {
  readonly #sent = new Map<string, Set<number>>()

  begin(): ExchangeRecord {
    return { sent: this.connection(), over: () => {} }
  }

  /** Another answer. @returns to be told of all its bytes, in their order */
  connection(): (bytes: Uint8Array) => void {
    let rest = ''
    return (bytes) => {
      // A chunk of HTTP may end inside a line.
      const text = (rest + Buffer.from(bytes).toString('latin1')).replaceAll(CHUNK_BORDER, '')
      let end = 0
      for (const match of text.matchAll(BEGINNING_OF_NUMBERED_LINE)) {
        this.#add(match.groups!['container']!, Number(match.groups!['line']))
        end = match.index + match[0].length
      }
      rest = text.slice(Math.max(end, text.length - LONGEST_REST))
    }
  }

  /** Whether any line was sent. Where none was, the subject reads its lines elsewhere. */
  get any(): boolean {
    return this.#sent.size > 0
  }

  has(container: string, line: number): boolean {
    return this.#sent.get(container)?.has(line) === true
  }

  #add(container: string, line: number): void {
    const lines = this.#sent.get(container)
    if (lines === undefined) this.#sent.set(container, new Set([line]))
    else lines.add(line)
  }
}

const CHUNK_BORDER = /\r\n[\da-f]+\r\n/g
/** A line with its container's name and a border of a chunk in it. */
const LONGEST_REST = 400
