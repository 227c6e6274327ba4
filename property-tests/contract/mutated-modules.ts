import { registerHooks, type ModuleSource } from 'node:module'
import { applyPatch } from '../defects/apply-patch.ts'
import type { Mutation } from './mutation.ts'

const ROOT = new URL('../../', import.meta.url).href
const KEY = 'mutation'

/**
 * Lets the project's modules be imported once more for each mutation, each time as a graph of their own in which one file is patched. Node's modules
 * are told apart by their whole address, so the graph is marked in its query, and what a marked module imports is marked as well.
 */
export class MutatedModules implements Disposable {
  readonly #mutations: ReadonlyMap<string, Mutation>
  /** Whether the patch of each has been applied. */
  readonly #applied = new Set<string>()
  readonly #hooks: { deregister(): void }

  constructor(mutations: readonly Mutation[]) {
    this.#mutations = new Map(mutations.map((mutation) => [mutation.id, mutation]))
    this.#hooks = registerHooks({
      resolve: (specifier, context, next) => {
        const resolved = next(specifier, context)
        return { ...resolved, url: marked(resolved.url, context.parentURL) }
      },
      load: (url, context, next) => {
        const loaded = next(url, context)
        const mutation = this.#mutations.get(markOf(url) ?? '')
        if (mutation === undefined || !url.startsWith(`${ROOT}${mutation.patch.file}?`)) return loaded
        this.#applied.add(mutation.id)
        return { ...loaded, source: applyPatch(textOf(loaded.source), mutation.patch) }
      },
    })
  }

  /** What to import to get a module of a mutation's graph. @param path from the project's root */
  address(path: string, { id }: Mutation): string {
    return `${ROOT}${path}?${KEY}=${id}`
  }

  wasApplied({ id }: Mutation): boolean {
    return this.#applied.has(id)
  }

  [Symbol.dispose](): void {
    this.#hooks.deregister()
  }
}

function marked(url: string, parent: string | undefined): string {
  const mark = parent === undefined ? null : markOf(parent)
  const isOwn = url.startsWith(ROOT) && !url.includes('/node_modules/')
  return mark === null || !isOwn ? url : `${url.split('?')[0]}?${KEY}=${mark}`
}

function markOf(url: string): string | null {
  return url.startsWith('file:') ? new URL(url).searchParams.get(KEY) : null
}

function textOf(source: ModuleSource | undefined): string {
  if (source === undefined) throw new Error('Cannot patch: a module came without its source')
  return typeof source === 'string' ? source : new TextDecoder().decode(source)
}
