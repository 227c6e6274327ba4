import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../errors.ts'
import { UsageError } from '../usage-error.ts'
import type { FileSystem } from '../ports/file-system.ts'
import { makeDirectory, readWholeFile, replaceFile } from './files.ts'
import type { Source, SourcePosition } from './block.ts'
import type { SinkMark } from './sink.ts'

/** How far one sink is with one source. */
export interface SinkPosition {
  readonly position: SourcePosition
  readonly mark: SinkMark | undefined
}

export interface PositionStoreOptions {
  readonly fileSystem: FileSystem
  readonly stateDir: string
  /** Names of the sinks in use: positions of others are dropped, or they would hold everything back. */
  readonly sinks: readonly string[]
  /** Reads the form that `SourcePosition.toJSON` gave; throws an error naming what is wrong. */
  readonly parse: (kind: Source['kind'], json: unknown) => SourcePosition
}

interface Entry {
  readonly source: Source
  readonly sinks: Map<string, SinkPosition>
}

/**
 * What every sink has acknowledged of every source, in memory and on disk (`<state_dir>/positions.json`, replaced atomically).
 * `save` writes only what was acknowledged before it was called; the caller syncs the sinks first.
 */
export class PositionStore {
  readonly #options: PositionStoreOptions
  readonly #entries = new Map<string, Entry>()
  #changes = 0
  #saved = 0
  #directoryReady = false

  constructor(options: PositionStoreOptions) {
    this.#options = options
  }

  /** True when something was acknowledged or forgotten since the last save. */
  get dirty(): boolean {
    return this.#changes !== this.#saved
  }

  /** Sources with a position. */
  sources(): Source[] {
    return [...this.#entries.values()].map((entry) => entry.source)
  }

  of(source: string, sink: string): SinkPosition | undefined {
    return this.#entries.get(source)?.sinks.get(sink)
  }

  /** Where reading of the source must resume so that no sink misses anything: the position of the sink that is furthest behind. */
  oldest(source: string): SourcePosition | undefined {
    const positions = [...(this.#entries.get(source)?.sinks.values() ?? [])].map((entry) => entry.position)
    return positions.toSorted((a, b) => a.records - b.records)[0]
  }

  acknowledge(source: Source, sink: string, position: SourcePosition, mark: SinkMark | undefined): void {
    let entry = this.#entries.get(source.id)
    if (entry === undefined) this.#entries.set(source.id, (entry = { source, sinks: new Map() }))
    entry.sinks.set(sink, { position, mark })
    this.#changes += 1
  }

  forget(source: string): void {
    if (this.#entries.delete(source)) this.#changes += 1
  }

  /**
   * Reads the file; without one there are no positions. Replaces what is in memory.
   * @throws UsageError naming the file when it cannot be read or understood: starting over silently would repeat every line.
   */
  async load(): Promise<void> {
    this.#entries.clear()
    try {
      const text = await readWholeFile(this.#options.fileSystem, this.#path)
      if (text === null) return
      for (const stored of parseFile(text).sources) this.#restore(stored)
    } catch (cause) {
      throw new UsageError(
        `Cannot use the positions in ${this.#path}: ${messageOf(cause)}; put back a good copy, or move the file away and every log is read from its start again`,
        { cause },
      )
    }
  }

  /** What `save` would write, taken now. */
  snapshot(): PositionSnapshot {
    const sources = [...this.#entries.values()].map(({ source, sinks }) => ({
      ...source,
      sinks: Object.fromEntries(sinks),
    }))
    return { changes: this.#changes, text: `${JSON.stringify({ schema: 1, sources })}\n` }
  }

  /** Writes a snapshot, atomically and durably. */
  async save(snapshot: PositionSnapshot): Promise<void> {
    const { fileSystem, stateDir } = this.#options
    if (!this.#directoryReady) await makeDirectory(fileSystem, stateDir)
    this.#directoryReady = true
    await replaceFile(fileSystem, this.#path, snapshot.text)
    this.#saved = snapshot.changes
  }

  get #path(): string {
    return join(this.#options.stateDir, 'positions.json')
  }

  #restore(stored: StoredSource): void {
    const sinks = new Map<string, SinkPosition>()
    for (const [sink, { position, mark }] of Object.entries(stored.sinks)) {
      if (!this.#options.sinks.includes(sink)) continue
      sinks.set(sink, { position: this.#options.parse(stored.kind, position), mark })
    }
    const { id, kind, name, attributes } = stored
    if (sinks.size > 0) this.#entries.set(id, { source: { id, kind, name, attributes }, sinks })
  }
}

export interface PositionSnapshot {
  readonly changes: number
  readonly text: string
}

const POSITIONS_FILE = z.object({
  schema: z.literal(1),
  sources: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['container', 'file', 'push']),
      name: z.string(),
      // Positions of earlier versions have none.
      attributes: z.record(z.string(), z.string()).default({}),
      sinks: z.record(
        z.string(),
        z.object({
          position: z.unknown(),
          mark: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
        }),
      ),
    }),
  ),
})

type StoredSource = z.infer<typeof POSITIONS_FILE>['sources'][number]

function parseFile(text: string): z.infer<typeof POSITIONS_FILE> {
  const parsed = POSITIONS_FILE.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new Error(`${path.length === 0 ? 'the file' : path.join('.')}: ${message}`)
}

function jsonOf(text: string): unknown {
  if (text.trim() === '') throw new Error('the file is empty')
  try {
    return JSON.parse(text)
  } catch (cause) {
    // The parser's own message repeats what it found, line ends and all.
    throw new Error('the file is not JSON, or not all of it', { cause })
  }
}
