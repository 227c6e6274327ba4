import { StringDecoder } from 'node:string_decoder'

/**
 * Cuts bytes into JSON values, one a line, as engines send them: as such lines, or as a JSON text sequence (RFC 7464), where an RS stands before each.
 * Lines and characters may be split anywhere.
 */
export class JsonLines {
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  /**
   * The values that `bytes` completes.
   * @throws SyntaxError for a line that is not JSON, or has no end.
   */
  push(bytes: Uint8Array): unknown[] {
    const text = this.#decoder.write(bytes).replaceAll(RECORD_SEPARATOR, '\n')
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > LINE_MAX) throw new SyntaxError(`A line is longer than ${LINE_MAX} characters`)
    return lines.filter((line) => line.trim() !== '').map((line): unknown => JSON.parse(line))
  }
}

/** Like a line's end it cannot stand inside of a JSON value. */
const RECORD_SEPARATOR = '\u001E'
const LINE_MAX = 2 ** 20
