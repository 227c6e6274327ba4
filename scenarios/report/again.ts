import { REFERENCE_NAME } from '../subjects/reference.ts'
import type { RunResult } from './run-result.ts'

/** The command that runs it again. */
export function againText({ phase, engine, subject, seed, compress, defect }: RunResult): string {
  const parts = [`watertight run ${phase} --engine ${engine} --seed ${seed} --compress ${compress}`]
  if (subject !== REFERENCE_NAME) parts.push(`--subject ${subject}.yaml`)
  if (defect !== null) parts.push(`--defect ${defect}`)
  return parts.join(' ')
}
