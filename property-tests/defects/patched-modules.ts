import { registerHooks, type ModuleSource } from 'node:module'
import { applyPatch } from './apply-patch.ts'
import type { Patch } from './defect.ts'
import { importersOf } from './importers.ts'

const ROOT = new URL('../../', import.meta.url).href
const KEY = 'variant'

/** The project's sources with some patches. */
export interface Variant {
  readonly id: string
  readonly patches: readonly Patch[]
}

/**
 * Lets the project's modules be imported once more for each variant, in one process. Node's modules are told apart by their whole address, so what
 * belongs to a variant is marked in its query: the patched files and whatever imports them, directly or not. What none of them reaches is loaded
 * once for all variants.
 */
export class PatchedModules implements Disposable {
  readonly #variants: ReadonlyMap<string, Variant>
  /** By variant: the files that its patches make different. */
  readonly #affected = new Map<string, ReadonlySet<string>>()
  /** By variant: the patched files that were loaded. */
  readonly #applied = new Map<string, Set<string>>()
  readonly #hooks: { deregister(): void }

  constructor(variants: readonly Variant[]) {
    this.#variants = new Map(variants.map((variant) => [variant.id, variant]))
    this.#hooks = registerHooks({
      resolve: (specifier, context, next) => {
        const resolved = next(specifier, context)
        const id = context.parentURL === undefined ? null : markOf(context.parentURL)
        return id === null ? resolved : { ...resolved, url: this.#marked(resolved.url, id) }
      },
      load: (url, context, next) => {
        const loaded = next(url, context)
        const id = markOf(url)
        const patches = id === null ? [] : this.#patchesOf(id, pathOf(url))
        if (patches.length === 0) return loaded
        const source = patches.reduce(applyPatch, textOf(loaded.source))
        this.#noteApplied(id!, pathOf(url))
        return { ...loaded, source }
      },
    })
  }

  /**
   * What to import to get a module as it is in a variant. Importing it throws where a patch does not match.
   * @param path from the project's root
   * @throws Error when there is no such variant
   */
  address(path: string, id: string): string {
    if (!this.#variants.has(id)) throw new Error(`Cannot load variant ${id}: there is none of that name`)
    return this.#marked(`${ROOT}${path}`, id)
  }

  /** @throws Error when a patch was not applied because its file was never loaded: a result would say nothing about it */
  assertApplied(id: string): void {
    const files = new Set(this.#variants.get(id)?.patches.map(({ file }) => file))
    const missing = [...files].filter((file) => this.#applied.get(id)?.has(file) !== true)
    if (missing.length > 0) throw new Error(`${id} was not applied: never loaded were ${missing.join(', ')}`)
  }

  [Symbol.dispose](): void {
    this.#hooks.deregister()
  }

  #marked(url: string, id: string): string {
    const isOwn = url.startsWith(ROOT) && !url.includes('/node_modules/')
    return isOwn && this.#affectedBy(id).has(pathOf(url)) ? `${url.split('?')[0]}?${KEY}=${id}` : url
  }

  #affectedBy(id: string): ReadonlySet<string> {
    const known = this.#affected.get(id)
    if (known !== undefined) return known
    const affected = importersOf(this.#variants.get(id)!.patches.map(({ file }) => file))
    this.#affected.set(id, affected)
    return affected
  }

  #patchesOf(id: string, path: string): readonly Patch[] {
    return this.#variants.get(id)?.patches.filter(({ file }) => file === path) ?? []
  }

  #noteApplied(id: string, path: string): void {
    this.#applied.set(id, (this.#applied.get(id) ?? new Set()).add(path))
  }
}

/** Path from the project's root of a file in it. */
function pathOf(url: string): string {
  return url.slice(ROOT.length).split('?')[0]!
}

function markOf(url: string): string | null {
  return url.startsWith(ROOT) ? new URL(url).searchParams.get(KEY) : null
}

function textOf(source: ModuleSource | undefined): string {
  if (source === undefined) throw new Error('Cannot patch: a module came without its source')
  return typeof source === 'string' ? source : new TextDecoder().decode(source)
}
