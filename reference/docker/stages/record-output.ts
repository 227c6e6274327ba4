/** Takes whole records, one at a time and in order. */
export interface RecordOutput {
  /**
   * One record: `bytes` from `start` to `end`, without its newline, with the stamp at `stamps[stampStart]`. Both are copied where they are needed for longer than
   * the call.
   */
  push(
    stream: number,
    stamps: Uint8Array,
    stampStart: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void
}
