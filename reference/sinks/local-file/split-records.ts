/** Splits buffers of whole lines behind the last line that ends within `room` bytes, but behind the first at least. Copies nothing. */
export function splitRecords(
  buffers: readonly Uint8Array[],
  room: number,
): { fits: readonly Uint8Array[]; rest: readonly Uint8Array[] } {
  let left = room
  for (const [index, buffer] of buffers.entries()) {
    if (buffer.byteLength <= left) {
      left -= buffer.byteLength
      continue
    }
    const last = left <= 0 ? -1 : buffer.lastIndexOf(NEWLINE, left - 1)
    const first = index === 0 ? buffer.indexOf(NEWLINE) : -1
    const cut = Math.max(last, first) + 1
    const head = cut === 0 ? [] : [buffer.subarray(0, cut)]
    const tail = cut === buffer.byteLength ? [] : [buffer.subarray(cut)]
    return { fits: [...buffers.slice(0, index), ...head], rest: [...tail, ...buffers.slice(index + 1)] }
  }
  return { fits: buffers, rest: [] }
}

const NEWLINE = 0x0a
