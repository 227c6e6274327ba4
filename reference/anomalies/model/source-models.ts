import type { Source } from '../../dispatch/block.ts'
import type { WatchedSource } from '../anomaly.ts'
import { keyOf, SourceModel } from './source-model.ts'

export interface SourceModelsOptions {
  /** Of all models together. */
  readonly bytesMax: number
  readonly windowMs: number
  readonly templatesMax: number
  readonly threshold: number
  /** A model goes because its memory is needed. */
  readonly onEvicted: (model: SourceModel) => void
}

/** The models of all sources, within a bound on their memory: those go first of which nothing came for longest. */
export class SourceModels {
  readonly #options: SourceModelsOptions
  readonly #models = new Map<string, SourceModel>()
  #bytes = 0

  constructor(options: SourceModelsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#models.size
  }

  /** Memory, at most. */
  get bytes(): number {
    return this.#bytes
  }

  [Symbol.iterator](): Iterator<SourceModel> {
    return this.#models.values()
  }

  find(source: Pick<Source, 'kind' | 'name'>): SourceModel | undefined {
    return this.#models.get(keyOf(source))
  }

  /** The source's model, a new one where there is none. */
  of({ id, kind, name }: Source): SourceModel {
    const known = this.find({ kind, name })
    if (known === undefined) return this.add(this.made({ id, kind, name }))
    if (known.source.id !== id) known.source = { id, kind, name }
    return known
  }

  /** A new one, which is not among them. */
  made({ id, kind, name }: WatchedSource): SourceModel {
    return new SourceModel({ id, kind, name }, this.#options)
  }

  /** One whose source has none. */
  add(model: SourceModel): SourceModel {
    this.#models.set(keyOf(model.source), model)
    this.resized(model)
    return model
  }

  /** The model may have grown. Others make room for it. */
  resized(model: SourceModel): void {
    this.#count(model, model.bytes)
    while (this.#bytes > this.#options.bytesMax && this.#models.size > 1) this.#evict(this.#oldestBut(model))
  }

  clear(): void {
    for (const model of this.#models.values()) model.isKept = false
    this.#models.clear()
    this.#bytes = 0
  }

  #oldestBut(spared: SourceModel): SourceModel {
    let oldest: SourceModel | undefined
    for (const model of this.#models.values())
      if (model !== spared && (oldest === undefined || model.lastBlock < oldest.lastBlock)) oldest = model
    return oldest!
  }

  #evict(model: SourceModel): void {
    this.#models.delete(keyOf(model.source))
    this.#count(model, 0)
    model.isKept = false
    this.#options.onEvicted(model)
  }

  #count(model: SourceModel, bytes: number): void {
    this.#bytes += bytes - model.countedBytes
    model.countedBytes = bytes
  }
}
