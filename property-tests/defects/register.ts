import { registerHooks, type ModuleSource } from 'node:module'
import { applyPatch } from './apply-patch.ts'
import { findDefect } from './catalogue.ts'
import type { Defect } from './defect.ts'

/**
 * Puts one known bug back into the sources while they are loaded:
 *
 *     WATERTIGHT_DEFECT=B8 node --import ./property-tests/defects/register.ts cli.ts run idle-stream
 *
 * A process in which a patch was not applied, because the file was never loaded, ends with status 3: its result would say nothing
 * about the defect.
 */
const defect = wanted()
const root = new URL('../../', import.meta.url)
const files = new Map(Map.groupBy(defect.patches, (patch) => new URL(patch.file, root).href))
const pending = new Set(files.keys())

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const patches = files.get(url)
    if (patches === undefined) return loaded
    pending.delete(url)
    return { ...loaded, source: patches.reduce(applyPatch, textOf(loaded.source)) }
  },
})

process.on('exit', () => {
  if (pending.size === 0) return
  process.stderr.write(`Defect ${defect.id} was not applied: never loaded were ${[...pending].join(', ')}\n`)
  process.exitCode = 3
})

/** An id that nobody knows is an error of whoever asks for it: one sentence, status 2. What the collector consists of is not loaded for it: it is yet to be patched. */
function wanted(): Defect {
  try {
    return findDefect(process.env['WATERTIGHT_DEFECT'] ?? '')
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(2)
  }
}

function textOf(source: ModuleSource | undefined): string {
  if (source === undefined)
    throw new Error(`Cannot patch for defect ${defect.id}: a module came without its source`)
  return typeof source === 'string' ? source : new TextDecoder().decode(source)
}
