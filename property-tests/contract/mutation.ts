import type { Patch } from '../defects/defect.ts'

/** The simulator broken on purpose, in one place. */
export interface Mutation {
  readonly id: string
  /** What the broken simulator does wrong. */
  readonly description: string
  readonly patch: Patch
}

/** @param file below `simulators/` */
export function mutation(
  id: string,
  description: string,
  file: string,
  find: string,
  replace: string,
): Mutation {
  return { id, description, patch: { file: `simulators/${file}`, find, replace } }
}
