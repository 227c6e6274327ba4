import { textTable } from '../report/text-table.ts'

/** What was looked at on this machine, what was found, and what to do about it. */
export interface Finding {
  /** Such as `node`. */
  readonly name: string
  /** `warning`: it works, or something that not everybody needs does not. */
  readonly state: 'good' | 'warning' | 'bad'
  readonly found: string
  /** One sentence; empty where it is good. */
  readonly advice: string
}

export function good(name: string, found: string): Finding {
  return { name, state: 'good', found, advice: '' }
}

export function warning(name: string, found: string, advice: string): Finding {
  return { name, state: 'warning', found, advice }
}

export function bad(name: string, found: string, advice: string): Finding {
  return { name, state: 'bad', found, advice }
}

/** For people: a line for each, with what to do below it. */
export function findingsText(findings: readonly Finding[]): string {
  const [table, advice] = [
    textTable(findings.map(({ name, state, found }) => [name, state, found])),
    findings.filter((finding) => finding.advice !== '').map(({ name, advice: what }) => `${name}: ${what}`),
  ]
  return [table, ...(advice.length === 0 ? [] : ['', ...advice])].join('\n')
}
