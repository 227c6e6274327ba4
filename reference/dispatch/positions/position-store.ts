import { join } from 'node:path'
import { messageOf } from '../../errors.ts'
import { Condition } from '../../lifecycle/condition.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import { UsageError } from '../../usage-error.ts'
import type { Source, SourcePosition } from '../block.ts'
import { makeDirectory, readWholeFile, replaceFile } from '../files.ts'
import { parsePositions, type StoredPositions } from './positions-file.ts'
import type { SinkMark } from '../sink.ts'
import type { SpoolOffset } from '../spool/spool.ts'

export interface PositionStoreOptions {
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly stateDir: string
  /** Names of the sinks that are switched on. */
  readonly sinks: readonly string[]
  /** Reads the form that `SourcePosition.toJSON` gave; throws an error naming what is wrong. */
  readonly parse: (kind: Source['kind'], json: unknown) => SourcePosition
}

/** How far a sink is with one source: it has everything up to this record of this epoch, and of the epochs before. */
export interface SinkPlace {
  readonly epoch: number
  readonly records: number
  readonly mark: SinkMark | undefined
}

/** What is known of a sink, also of one that was switched off less than a day ago. */
export interface SinkState {
  readonly places: Map<string, SinkPlace>
  /** Up to here it has everything that is in the spool; undefined when it never had one. */
  spool: SpoolOffset | undefined
  /** Since when it is switched off, wall time; undefined while it is on. */
  offSinceMs: number | undefined
}

interface Entry {
  /** As the last block that is safe describes it. */
  source: Source
  /** Up to here everything is where it survives a power cut; undefined before the first time. */
  position: SourcePosition | undefined
  /** Up to here the delivery has taken it; in memory only. */
  delivered: SourcePosition | undefined
  goneSinceMs: number | undefined
  /** The change that set the position. */
  advanced: number
  /** Of the entry as it is; null when it must be made anew. */
  json: string | null
}

/**
 * Where reading of every source resumes, and how far every sink is, in memory and on disk (`<state_dir>/positions.json`, replaced atomically).
 *
 * A source that is gone and a sink that is switched off are kept for a day: a list that was wrong, or a run without the sink, costs nothing.
 */
export class PositionStore {
  readonly #options: PositionStoreOptions
  #on: readonly string[]
  readonly #entries = new Map<string, Entry>()
  readonly #sinks = new Map<string, SinkState>()
  #changes = 0
  #saved = 0
  readonly #writes = new Condition()
  #directoryReady = false
  #saving: Promise<void> = Promise.resolve()

  constructor(options: PositionStoreOptions) {
    this.#options = options
    this.#on = options.sinks
  }

  /** True when something changed since the last save. */
  get dirty(): boolean {
    return this.#changes !== this.#saved
  }

  /** Sources that are not gone. */
  sources(): Source[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.goneSinceMs === undefined)
      .map((entry) => entry.source)
  }

  /** The source as the last block that is safe describes it, also when it is gone, as long as that is remembered. */
  source(id: string): Source | undefined {
    return this.#entries.get(id)?.source
  }

  /** Where reading of the source goes on: behind what the delivery has taken. */
  resume(source: string): SourcePosition | undefined {
    const entry = this.#entries.get(source)
    return entry?.delivered ?? entry?.position
  }

  /** The delivery has taken everything up to here. A source that was gone is there again. */
  delivered(source: Source, position: SourcePosition): void {
    const entry = this.#entryOf(source)
    entry.delivered = position
    if (entry.goneSinceMs !== undefined) this.#setGone(entry, undefined)
  }

  /** Everything up to here survives a power cut. */
  advance(source: Source, position: SourcePosition): void {
    const entry = this.#entryOf(source)
    entry.source = source
    entry.position = position
    entry.json = null
    this.#changes += 1
    entry.advanced = this.#changes
  }

  /** Resolves once everything that the delivery has taken of the source is safe and its position on disk says so; rejects with `signal.reason` on abort. */
  async whenSaved(source: string, options: { signal: AbortSignal }): Promise<void> {
    while (!this.#isSaved(source)) await this.#writes.wait(options)
  }

  #isSaved(source: string): boolean {
    const entry = this.#entries.get(source)
    if (entry?.delivered === undefined) return true
    return entry.position === entry.delivered && entry.advanced <= this.#saved
  }

  /** The source is gone; its position is kept for a day. */
  gone(id: string): void {
    const entry = this.#entries.get(id)
    if (entry !== undefined && entry.goneSinceMs === undefined)
      this.#setGone(entry, this.#options.clock.now())
  }

  /** What is known of the sink; of one never seen, nothing yet. */
  sink(name: string): SinkState {
    let state = this.#sinks.get(name)
    if (state === undefined)
      this.#sinks.set(name, (state = { places: new Map(), spool: undefined, offSinceMs: undefined }))
    return state
  }

  /** Names of the sinks that something is known of. */
  sinkNames(): string[] {
    return [...this.#sinks.keys()]
  }

  /** Names of the sinks that are switched off and not forgotten yet. */
  sinksSwitchedOff(): string[] {
    return [...this.#sinks].filter(([, state]) => state.offSinceMs !== undefined).map(([name]) => name)
  }

  /**
   * Other sinks are switched on from now on. One that was on is owed what comes for a day.
   * @returns undoes it, for a change that fails
   */
  switchSinks(names: readonly string[]): () => void {
    const before = this.#on
    const unknown = names.filter((name) => !this.#sinks.has(name))
    this.#switchTo(names)
    return () => {
      this.#switchTo(before)
      for (const name of unknown) this.#sinks.delete(name)
    }
  }

  #switchTo(names: readonly string[]): void {
    const nowMs = this.#options.clock.now()
    this.#on = names
    this.#knowConfigured()
    for (const [name, state] of this.#sinks)
      state.offSinceMs = names.includes(name) ? undefined : (state.offSinceMs ?? nowMs)
    this.#changes += 1
  }

  /** The sink has everything up to here, and it survives a power cut. */
  setPlace(sink: string, source: string, place: SinkPlace): void {
    this.sink(sink).places.set(source, place)
    this.#changes += 1
  }

  /** The sink has everything of the spool up to here, and it survives a power cut. */
  setSpool(sink: string, offset: SpoolOffset): void {
    this.sink(sink).spool = offset
    this.#changes += 1
  }

  /** Forgets sources that are gone and sinks that are switched off for more than a day. @returns the sinks. */
  prune(): string[] {
    const nowMs = this.#options.clock.now()
    const isOver = (sinceMs: number | undefined): boolean =>
      sinceMs !== undefined && Math.abs(nowMs - sinceMs) > KEPT_MS
    for (const [id, entry] of this.#entries) if (isOver(entry.goneSinceMs)) this.#remove(id)
    const sinks = [...this.#sinks].filter(([, state]) => isOver(state.offSinceMs)).map(([name]) => name)
    for (const name of sinks) this.#sinks.delete(name)
    this.#changes += sinks.length
    return sinks
  }

  /**
   * Reads the file; without one there are no positions.
   * @throws UsageError naming the file when it cannot be read or understood: starting over silently would repeat every line.
   */
  async load(options: { signal: AbortSignal }): Promise<void> {
    try {
      const text = await readWholeFile(this.#options.fileSystem, this.#path)
      options.signal.throwIfAborted()
      if (text !== null) this.#restore(parsePositions(text))
      this.#knowConfigured()
    } catch (cause) {
      options.signal.throwIfAborted()
      throw new UsageError(
        `Cannot use the positions in ${this.#path}: ${messageOf(cause)}; put back a good copy, or move the file away and every log is read from its start again`,
        { cause, code: 'positions_unusable' },
      )
    }
  }

  /** What `save` would write, taken now. */
  snapshot(): PositionSnapshot {
    const sources: string[] = []
    for (const entry of this.#entries.values())
      if (entry.position !== undefined) sources.push((entry.json ??= jsonOf(entry)))
    const sinks = Object.fromEntries([...this.#sinks].map(([name, state]) => [name, storedSink(state)]))
    const text = `{"schema":2,"sources":[${sources.join(',\n')}],\n"sinks":${JSON.stringify(sinks)}}\n`
    return { changes: this.#changes, text }
  }

  /** Writes a snapshot, atomically and durably, after those that were given before. */
  async save(snapshot: PositionSnapshot): Promise<void> {
    const before = this.#saving
    this.#saving = (async () => {
      await before.catch(() => {})
      await this.#write(snapshot)
    })()
    await this.#saving
  }

  async #write(snapshot: PositionSnapshot): Promise<void> {
    const { fileSystem, stateDir } = this.#options
    if (!this.#directoryReady) await makeDirectory(fileSystem, stateDir)
    this.#directoryReady = true
    await replaceFile(fileSystem, this.#path, snapshot.text)
    this.#saved = snapshot.changes
    this.#writes.notifyAll()
  }

  get #path(): string {
    return join(this.#options.stateDir, 'positions.json')
  }

  #entryOf(source: Source): Entry {
    let entry = this.#entries.get(source.id)
    if (entry === undefined) {
      entry = {
        source,
        position: undefined,
        delivered: undefined,
        goneSinceMs: undefined,
        advanced: 0,
        json: null,
      }
      this.#entries.set(source.id, entry)
    }
    return entry
  }

  #setGone(entry: Entry, sinceMs: number | undefined): void {
    entry.goneSinceMs = sinceMs
    entry.json = null
    this.#changes += 1
  }

  #remove(id: string): void {
    this.#entries.delete(id)
    for (const { places } of this.#sinks.values()) places.delete(id)
    this.#changes += 1
  }

  #restore(stored: StoredPositions): void {
    const { clock, parse } = this.#options
    const sinks = this.#on
    for (const { position, goneSinceMs, ...source } of stored.sources) {
      const restored = {
        source,
        position: parse(source.kind, position),
        delivered: undefined,
        goneSinceMs,
        advanced: 0,
        json: null,
      }
      this.#entries.set(source.id, restored)
    }
    for (const [name, { marks, spool, offSinceMs }] of Object.entries(stored.sinks)) {
      const places = new Map(Object.entries(marks).map(([id, place]) => [id, { ...place, mark: place.mark }]))
      const off = sinks.includes(name) ? undefined : (offSinceMs ?? clock.now())
      this.#sinks.set(name, { places, spool, offSinceMs: off })
      if (off !== offSinceMs) this.#changes += 1
    }
  }

  /** A sink that is switched off before it was given anything is owed what comes meanwhile, as any other. */
  #knowConfigured(): void {
    for (const name of this.#on) {
      if (this.#sinks.has(name)) continue
      this.sink(name)
      this.#changes += 1
    }
  }
}

export interface PositionSnapshot {
  readonly changes: number
  readonly text: string
}

function jsonOf({ source, position, goneSinceMs }: Entry): string {
  return JSON.stringify({ ...source, position, goneSinceMs })
}

function storedSink({ places, spool, offSinceMs }: SinkState): unknown {
  return { marks: Object.fromEntries(places), spool, offSinceMs }
}

/** A source that is gone and a sink that is switched off are remembered for a day. */
const KEPT_MS = 24 * 60 * 60 * 1000
