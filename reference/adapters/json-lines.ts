import { StringDecoder } from 'node:string_decoder'

/** Cuts bytes into JSON values, one a line. Lines and characters may be split anywhere. */
export class JsonLines {
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  /**
   * The values that `bytes` completes.
   * @throws SyntaxError for a line that is not JSON.
   */
  push(bytes: Uint8Array): unknown[] {
    const lines = (this.#rest + this.#decoder.write(bytes)).split('\n')
    this.#rest = lines.pop() ?? ''
    return lines.filter((line) => line.trim() !== '').map((line): unknown => JSON.parse(line))
  }
}
