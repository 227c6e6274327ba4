import { EVERY_CRITERION, EVERY_OPERATION } from '../../scenarios/criteria/every-criterion.ts'
import type { Alone, AloneAmongCriteria, AloneAmongProperties } from './alone.ts'
import { findDefect } from './catalogue.ts'
import { propertiesThatSee } from './properties-that-see.ts'
import type { SuitePool } from './suite-pool.ts'

/** @returns what is not as the catalogue says, in a sentence; null when the check fails with the defect, and nothing does without the check */
export async function holdCheckAlone(
  pool: SuitePool,
  { check, defect, suite }: Alone,
): Promise<string | null> {
  const [seen] = await pool.run(defect, [suite])
  const failure = seen?.failure ?? null
  if (failure === null || !failure.startsWith(check))
    return `with ${defect} not ${check.trim()} fails on the ${suite}, but: ${failure ?? 'nothing'}`
  const [unseen] = await pool.run(defect, [suite], { unchecked: [check] })
  const other = unseen?.failure ?? null
  return other === null ? null : `without ${check.trim()} ${defect} is seen by another check: ${other}`
}

/** @param ids of the criteria of the phase @returns what is not as the catalogue says, in a sentence; null when only that criterion fails */
export async function holdCriterionAlone(
  pool: SuitePool,
  { check, defect, suite, phase }: AloneAmongCriteria,
  ids: ReadonlySet<string>,
): Promise<string | null> {
  const run = suite === EVERY_OPERATION.name ? EVERY_OPERATION : EVERY_CRITERION
  const unchecked = run.criteria.map(({ id }) => id).filter((id) => !ids.has(id))
  const [seen] = await pool.run(defect, [suite], { unchecked })
  const failure = seen?.failure ?? ''
  const failed = [...failure.matchAll(/^(\S+) does not hold: /gm)].map(([, id]) => id)
  if (failed.length === 1 && failed[0] === check) return null
  return `with ${defect} not ${check} alone of those of ${phase} fails, but: ${failed.join(', ') || 'nothing'}\n${failure}`
}

/** @returns what is not as the catalogue says, in a sentence; null when only that property fails */
export async function holdPropertyAlone({ file, defect }: AloneAmongProperties): Promise<string | null> {
  const seen = await propertiesThatSee(findDefect(defect))
  if (seen.length === 1 && seen[0] === file) return null
  return `with ${defect} not ${file} alone fails, but: ${seen.join(', ') || 'nothing'}`
}
