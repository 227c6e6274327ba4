import { Answer } from './answer.ts'
import type { ContractArm } from './arm.ts'
import { LogSeen } from './log-seen.ts'
import { SCOPE_LABEL } from './stage.ts'
import { withoutChance } from './without-chance.ts'

/**
 * An observation, or an expectation, in the form in which they are compared: as far as the arm shows it, and without what differs from run to run:
 * ids, stamps, ages, and the words of the case's own in names.
 */
export function comparable(value: unknown, arm: ContractArm, scope: string): unknown {
  const convert = (each: unknown): unknown => {
    if (each instanceof Answer) return convert(arm.view.answer(each))
    if (each instanceof LogSeen) return convert(arm.view.log(each))
    if (typeof each === 'string') return withoutChance(each.replaceAll(scope, ''))
    if (Array.isArray(each)) return each.map((element) => convert(element))
    if (typeof each !== 'object' || each === null) return each
    const entries = Object.entries(each).filter(([key]) => key !== SCOPE_LABEL)
    return Object.fromEntries(entries.map(([key, member]) => [key, convert(member)]))
  }
  return convert(value)
}
