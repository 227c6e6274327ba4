import { crc32 } from 'node:zlib'

/** A short text that is the same for the same settings, and for no others. */
export function digestOf(settings: unknown): string {
  const text = JSON.stringify(settings)
  return `${text.length}-${crc32(text).toString(16)}`
}
