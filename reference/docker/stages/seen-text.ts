const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** What patterns see of a line: at most its first {@link SEEN_BYTES_MAX} bytes. */
export function seenText(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, Math.min(end, start + SEEN_BYTES_MAX)))
}

/** A pattern may take time that grows with the square of the length, or worse: nothing else happens meanwhile. */
const SEEN_BYTES_MAX = 16 * 1024
