import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { ROOT } from '../own-command.ts'

/** An alert of Prometheus. */
export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly annotations: Readonly<Record<string, string>>
}

/** Where the rules are. */
export const RULES_FILE: string = path.join(ROOT, 'reference/operations/alerts.yaml')

/** Every alert there is. */
export function alertRules(): AlertRule[] {
  const { groups }: { groups: { rules: AlertRule[] }[] } = parse(readFileSync(RULES_FILE, 'utf8'))
  return groups.flatMap(({ rules }) => rules)
}

/** Names of the metrics that an expression or a text speaks of; of a histogram the name it is declared by. */
export function metricsIn(text: string): Set<string> {
  const names = text.match(/\b(?:log_capturer|process)_\w+/g) ?? []
  return new Set(names.map((name) => name.replace(/_seconds_(?:bucket|sum|count)$/, '_seconds')))
}
