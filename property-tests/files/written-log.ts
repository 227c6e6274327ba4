import type { FileRig } from '../../reference/files/file-rig.test-helper.ts'

/** Why a line may be missing in the end. */
type Excuse =
  /** It was written between the copy and the cut of `copytruncate`. */
  | 'cut'
  /** Its file was removed before it was delivered. */
  | 'removed'
  /** It was in a file that was rotated before the collector knew of the log. */
  | 'before'

interface Line {
  readonly text: string
  /** What of it was written first, before its rest; empty for a line that was written at once. */
  readonly begun: string
  excuse: Excuse | null
  /** It was delivered and its file removed, but a process that was killed since may not have saved that. */
  wasTakenBack: boolean
  /** Nobody can know that it was read before: see {@link WrittenLog.shows}. */
  mayRepeat: boolean
}

/** A log that somebody writes, rotates and removes, and what must have come of it. */
export class WrittenLog {
  readonly path: string
  readonly #rig: FileRig
  readonly #lines: Line[] = []
  /** Lines by the file that they are in, by its present path. */
  readonly #files = new Map<string, Line[]>()
  /** What was written of the last line of the file at the path. */
  #open = ''
  #count = 0
  /** Lines that were written before the process began, of a log that it had no position of. */
  #unknown: readonly Line[] = []
  /** The newest rotated file is a copy, to which nobody writes. */
  #isCopied = false
  /** The log was away for so long that it was forgotten, since its line was begun. */
  #wasForgotten = false
  /** A loss that the collector can know of happened. */
  mustBeTold = false
  #wasKilled = false
  /** Cuts before which lines were written after the copy: what was copied, and how many lines the log had until then. */
  readonly #cuts: { readonly copied: readonly Line[]; readonly lines: number }[] = []
  /** A crash before the first position was saved left lines of files that the next process does not know. */
  #isUncertain = false

  constructor(rig: FileRig, path: string) {
    this.#rig = rig
    this.path = path
  }

  /** A process starts. @param isKnown whether it has a position of this log */
  starts(isKnown: boolean): void {
    this.#unknown = isKnown ? [] : this.#lines.slice()
    const rotated = [...this.#files].filter(([path]) => path !== this.path).flatMap(([, lines]) => lines)
    if (isKnown || rotated.length === 0) return
    for (const line of rotated) line.excuse ??= 'before'
    this.#isUncertain ||= this.#rig.output(this.path) !== ''
  }

  get exists(): boolean {
    return this.#rig.disk.find(this.path) !== null
  }

  /** It was there once, and is not, nor is any file of it. */
  get isGone(): boolean {
    return this.#count > 0 && !this.exists && this.#files.size === 0
  }

  /** Whole lines; the first one ends the line that is open. */
  write(count: number): void {
    for (let n = 0; n < count; n++) this.#writeTo(this.path, `${this.#nextText()}\n`)
  }

  /** The process that reads it is killed. */
  kills(): void {
    this.#wasKilled = true
  }

  /** A part of a line. */
  begin(): void {
    if (this.#open !== '') return
    this.#wasForgotten = false
    this.#open = this.#nextText().slice(0, 70)
    this.#rig.append(this.path, this.#open)
  }

  /** Who has it open still writes to the file that was renamed, before anything is in the next one. */
  writeLate(): void {
    const rotated = `${this.path}.1`
    const isNext = this.#rig.read(this.path) === ''
    if (!isNext || this.#isCopied || !this.#files.has(rotated) || this.#rig.read(rotated).at(-1) !== '\n')
      return
    this.#writeTo(rotated, `${this.#nextText()}\n`)
  }

  /** @param pause between the steps of a rotation, of which each changes one name */
  async rename(pause: () => Promise<void>): Promise<void> {
    if (!this.exists) return
    await this.#shift(pause)
    this.#excuseUnknown()
    this.#rig.disk.rename(this.path, `${this.path}.1`)
    this.#isCopied = false
    this.#closeLine()
    this.#files.set(`${this.path}.1`, this.#files.get(this.path) ?? [])
    this.#files.delete(this.path)
  }

  /**
   * @param between lines written after the copy and before the cut. @param pause between the steps that change a name. @param wait between the copy and
   * the cut
   */
  async copyAndCut(between: number, pause: () => Promise<void>, wait: () => Promise<void>): Promise<void> {
    if (!this.exists) return
    if (between > 0 && this.#open !== '') this.write(1)
    await this.#shift(pause)
    const [began] = this.#files.get(this.path) ?? []
    const isKnown = began !== undefined && this.#delivered().has(began.text)
    this.#excuseUnknown()
    this.#isCopied = true
    this.#rig.copy(this.path, `${this.path}.1`)
    this.#closeLine()
    this.#files.set(`${this.path}.1`, [...(this.#files.get(this.path) ?? [])])
    const first = this.#lines.length
    this.write(between)
    await wait()
    if (!this.exists) return
    if (isKnown && between > 0) this.mustBeTold = true
    for (const line of this.#lines.slice(first)) line.excuse ??= 'cut'
    this.#rig.disk.truncate(this.path, 0)
    const copied = this.#files.get(`${this.path}.1`) ?? []
    if (between > 0) this.#cuts.push({ copied: [...copied], lines: this.#lines.length })
    this.#files.set(this.path, [])
  }

  remove(): void {
    if (this.exists) this.#unlink(this.path)
    this.#open = ''
  }

  /** Compresses the file before the last, once everything in it is delivered, as `delaycompress` does. */
  compress(): void {
    const path = `${this.path}.2`
    const lines = this.#files.get(path)
    const delivered = this.#delivered()
    if (lines === undefined || !lines.every(({ text }) => delivered.has(text))) return
    this.#unlink(path)
    this.#rig.append(`${path}.gz`, 'compressed\n')
  }

  /**
   * The directory is there again. Who found it away for so long has forgotten the log, with its last line as it was then: nobody can know that more will
   * come to it. How a file begins and ends is remembered; a copy that was made before its end was written, and that nobody saw before the directory was
   * away, has another end: nobody can tell it from another file that begins alike.
   */
  shows(awayMs: number): void {
    if (awayMs < FORGET_AFTER_MS) return
    this.#wasForgotten = true
    const delivered = this.#delivered()
    for (const { copied, lines } of this.#cuts) {
      const isKnown = this.#lines.slice(lines).some(({ text }) => delivered.has(text))
      if (!isKnown) for (const line of copied) line.mayRepeat = true
    }
  }

  /** The last line of a file that was rotated is complete once something is in the next file. */
  end(): void {
    if (this.#count > 0) this.write(1)
  }

  /** What is wrong with what came of it; undefined when nothing is. */
  verdict(): string | undefined {
    if (this.#isUncertain) return undefined
    const output = this.#rig.output(this.path).split('\n')
    if (output.pop() !== '') return `${this.path}: the output ends within a line`
    let at = 0
    for (const text of output) {
      if (this.#isCutShort(text)) continue
      const found = this.#lines.findIndex((line, index) => index >= at && line.text === text)
      if (found < 0 && this.#lines.some((line) => line.mayRepeat && line.text === text)) continue
      if (found < 0) return `${this.path}: out of order, repeated, or never written: ${text}`
      const missing = this.#lines.slice(at, found).find(({ excuse }) => excuse === null)
      if (missing !== undefined) return `${this.path}: missing before ${text}: ${missing.text}`
      at = found + 1
    }
    const missing = this.#lines.slice(at).find(({ excuse }) => excuse === null)
    return missing && `${this.path}: missing at the end: ${missing.text}`
  }

  /** What was read of a line whose rest was cut or removed is a record: nobody can know that there was more. */
  #isCutShort(text: string): boolean {
    return this.#lines.some(
      ({ begun, excuse, wasTakenBack }) => begun === text && (excuse !== null || wasTakenBack),
    )
  }

  /** Whether lines that a cut took are really missing. */
  get lacksCutLines(): boolean {
    const delivered = this.#delivered()
    return this.#lines.some(({ text, excuse }) => excuse === 'cut' && !delivered.has(text))
  }

  async #shift(pause: () => Promise<void>): Promise<void> {
    for (let number = KEPT; number > 0; number--) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await pause()
      const path = `${this.path}.${number}`
      if (this.#rig.disk.find(path) === null) continue
      if (number === KEPT) {
        this.#unlink(path)
        continue
      }
      const next = `${this.path}.${number + 1}`
      this.#rig.disk.rename(path, next)
      this.#files.set(next, this.#files.get(path) ?? [])
      this.#files.delete(path)
    }
  }

  /** A file that is rotated before the collector has seen the log was rotated before it started, for all it can know. */
  #excuseUnknown(): void {
    if (this.#rig.output(this.path) !== '') return
    for (const line of this.#unknown) line.excuse ??= 'before'
  }

  #unlink(path: string): void {
    if (path === this.path) this.#closeLine()
    const delivered = this.#delivered()
    const lines = this.#files.get(path) ?? []
    for (const line of lines)
      if (delivered.has(line.text)) line.wasTakenBack = this.#wasKilled
      else line.excuse ??= 'removed'
    this.#files.delete(path)
    this.#rig.disk.unlink(path)
  }

  #writeTo(path: string, text: string): void {
    if (this.#wasForgotten && this.#delivered().has(this.#open)) this.#closeLine()
    this.#rig.append(path, text)
    const begun = path === this.path ? this.#open : ''
    if (path === this.path) this.#open = ''
    this.#note(path, (begun + text).slice(0, -1), begun)
  }

  /** The file at the path ends here: the open line becomes a record as it is. */
  #closeLine(): void {
    if (this.#open !== '') this.#note(this.path, this.#open, '')
    this.#open = ''
  }

  #note(path: string, text: string, begun: string): void {
    const line: Line = { text, begun, excuse: null, wasTakenBack: false, mayRepeat: false }
    this.#lines.push(line)
    const lines = this.#files.get(path)
    if (lines === undefined) this.#files.set(path, [line])
    else lines.push(line)
  }

  #delivered(): Set<string> {
    return new Set(this.#rig.output(this.path).split('\n'))
  }

  /** Long enough for a file with one line to be told from others. */
  #nextText(): string {
    this.#count += 1
    return `${String(this.#count).padStart(6, '0')} ${this.path} ${'.'.repeat(60 + (this.#count % 7) * 40)}`
  }
}

/** A log that is away for as long as that is forgotten. */
export const FORGET_AFTER_MS = 5000
/** Rotated files that are kept of a log. */
const KEPT = 6
