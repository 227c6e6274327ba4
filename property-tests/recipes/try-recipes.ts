import { PatchedModules } from '../defects/patched-modules.ts'
import { RECIPES, type Load } from './recipes.ts'

/**
 * Follows each recipe in memory, and prints one JSON object: by what was added, where it was looked for and whether it was there. A program of its own,
 * because Vitest loads modules in its own way.
 */
const variants = RECIPES.map(({ what, patches }) => ({ id: what.replaceAll(' ', '-'), patches }))
using modules = new PatchedModules(variants)
const found: Record<string, Readonly<Record<string, boolean>>> = {}
for (const [index, { what, look }] of RECIPES.entries()) {
  const { id } = variants[index]!
  const load: Load = async (path) => await import(modules.address(path, id))
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  found[what] = await look(load)
  modules.assertApplied(id)
}
process.stdout.write(`${JSON.stringify(found)}\n`)
