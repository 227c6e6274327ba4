/** How long a segment is: short enough that one that may go is a small part of the whole. */
export function segmentBytesOf(spoolBytesMax: number): number {
  return Math.min(SEGMENT_BYTES_MAX, Math.ceil(spoolBytesMax / 8))
}

const SEGMENT_BYTES_MAX = 16 * 1024 * 1024
