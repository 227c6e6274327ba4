import { DEFECTS_AND_SABOTAGES } from './catalogue.ts'
import { applyPatch } from './apply-patch.ts'
import { readFileSync } from 'node:fs'
for (const d of DEFECTS_AND_SABOTAGES) {
  const texts = new Map()
  for (const p of d.patches)
    try {
      texts.set(
        p.file,
        applyPatch(texts.get(p.file) ?? readFileSync(new URL('../../' + p.file, import.meta.url), 'utf8'), p),
      )
    } catch (e) {
      console.log(d.id, e.message)
    }
}
