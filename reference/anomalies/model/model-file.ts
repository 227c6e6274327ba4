import { crc32 } from 'node:zlib'
import { codeOf, messageOf } from '../../errors.ts'
import type { FileHandle, FileSystem } from '../../ports/file-system.ts'
import { replaceFileWith, writeAll } from '../../dispatch/files.ts'
import { z } from 'zod'

/**
 * A file of what was learnt: lines of JSON, so that neither writing nor reading it takes more memory than a source does.
 *
 *     {"format":"watertight anomaly model","version":1,"windowMs":60000}
 *     {"kind":"container","name":"web", ...}                                  one line for each source
 *     {"sources":1,"checksum":"0f3a9c11"}                                     CRC-32 of all before it
 */
export class ModelFile {
  readonly #fileSystem: FileSystem
  readonly #path: string
  #saving: Promise<void> = Promise.resolve()

  constructor(fileSystem: FileSystem, path: string) {
    this.#fileSystem = fileSystem
    this.#path = path
  }

  /**
   * Reads it twice: nothing of it is used before all of it was checked.
   * @param take told of the line of each source; what it throws makes the file a spoilt one
   * @returns how many there were; null when there is no file
   * @throws SpoiltModel when it is not as it was written, of another version or for another window; else the error of the file system
   */
  async read(windowMs: number, take: (line: string) => void, signal: AbortSignal): Promise<number | null> {
    const file = await this.#open()
    if (file === null) return null
    try {
      const sources = await check(file, windowMs, signal)
      let line = 0
      await eachLine(file, signal, (bytes) => {
        line += 1
        if (line === 1 || line > sources + 1) return
        try {
          take(textOf(bytes))
        } catch (cause) {
          throw new SpoiltModel(`line ${line} is not that of a source: ${messageOf(cause)}`, { cause })
        }
      })
      return sources
    } finally {
      await file.close()
    }
  }

  /** Replaces the file, atomically and durably, after those that were given before. @param lines one for each source */
  async write(windowMs: number, lines: Iterable<string>, signal: AbortSignal): Promise<void> {
    const before = this.#saving
    this.#saving = (async () => {
      await before.catch(() => {})
      signal.throwIfAborted()
      await replaceFileWith(this.#fileSystem, this.#path, (file) => writeModel(file, windowMs, lines, signal))
    })()
    await this.#saving
  }

  async #open(): Promise<FileHandle | null> {
    try {
      return await this.#fileSystem.open(this.#path, 'r')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    }
  }
}

/** The file cannot be used: one sentence says why. */
export class SpoiltModel extends Error {
  override readonly name = 'SpoiltModel'
}

async function writeModel(
  file: FileHandle,
  windowMs: number,
  lines: Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  let checksum = 0
  let sources = -1
  const put = async (line: string): Promise<void> => {
    const bytes = encoder.encode(`${line}\n`)
    checksum = crc32(bytes, checksum)
    sources += 1
    await writeAll(file, [bytes])
    signal.throwIfAborted()
  }
  await put(JSON.stringify({ format: FORMAT, version: VERSION, windowMs }))
  // eslint-disable-next-line no-await-in-loop -- one after the other, in a file
  for (const line of lines) await put(line)
  await put(JSON.stringify({ sources, checksum: hex(checksum) }))
}

/** @returns how many sources there are */
async function check(file: FileHandle, windowMs: number, signal: AbortSignal): Promise<number> {
  let checksum = 0
  let count = 0
  let last: Uint8Array = new Uint8Array(0)
  const rest = await eachLine(file, signal, (line) => {
    if (count === 1) checkHeader(textOf(last), windowMs)
    if (count > 0) checksum = crc32(NEWLINE, crc32(last, checksum))
    last = line.slice()
    count += 1
  })
  if (count < 2 || rest > 0) throw new SpoiltModel('its end is missing')
  const trailer = trailerIn(textOf(last))
  if (trailer === null || trailer.sources !== count - 2) throw new SpoiltModel('its end is missing')
  if (trailer.checksum !== hex(checksum)) throw new SpoiltModel('its checksum is another one')
  return trailer.sources
}

function checkHeader(text: string, windowMs: number): void {
  const found = header.safeParse(jsonIn(text))
  if (!found.success) throw new SpoiltModel('it does not begin as a model does')
  const { data } = found
  if (data.version !== VERSION)
    throw new SpoiltModel(`it is of version ${data.version}, and this collector reads version ${VERSION}`)
  if (data.windowMs !== windowMs)
    throw new SpoiltModel(`it is for windows of ${data.windowMs} ms, and anomaly.window is ${windowMs} ms`)
}

function trailerIn(text: string): z.output<typeof trailer> | null {
  return trailer.safeParse(jsonIn(text)).data ?? null
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** @param onLine told of each line without its newline, which it must not keep. @returns bytes behind the last newline */
async function eachLine(
  file: FileHandle,
  signal: AbortSignal,
  onLine: (line: Uint8Array) => void,
): Promise<number> {
  let buffer = new Uint8Array(PIECE_BYTES)
  let held = 0
  for (let position = 0; ;) {
    if (held === buffer.byteLength) buffer = grown(buffer)
    // eslint-disable-next-line no-await-in-loop -- one after the other
    const read = await file.read(buffer.subarray(held), position)
    signal.throwIfAborted()
    if (read === 0) return held
    position += read
    const from = held
    held += read
    const used = givenOut(buffer.subarray(0, held), from, onLine)
    buffer.copyWithin(0, used, held)
    held -= used
  }
}

/** Gives out the lines that end behind `from`. @returns bytes of the lines given out */
function givenOut(bytes: Uint8Array, from: number, onLine: (line: Uint8Array) => void): number {
  let begin = 0
  for (let end = bytes.indexOf(10, from); end !== -1; end = bytes.indexOf(10, begin)) {
    onLine(bytes.subarray(begin, end))
    begin = end + 1
  }
  return begin
}

function grown(buffer: Uint8Array): Uint8Array<ArrayBuffer> {
  if (buffer.byteLength >= LINE_BYTES_MAX) throw new SpoiltModel('a line of it is too long')
  const larger = new Uint8Array(buffer.byteLength * 2)
  larger.set(buffer)
  return larger
}

function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0')
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const NEWLINE = encoder.encode('\n')
const PIECE_BYTES = 65_536
const LINE_BYTES_MAX = 4 * 1024 * 1024

const FORMAT = 'watertight anomaly model'
const VERSION = 1
const header = z.strictObject({ format: z.literal(FORMAT), version: z.int(), windowMs: z.number() })
const trailer = z.strictObject({ sources: z.int().nonnegative(), checksum: z.string() })
