import { keyOf, type FaultEntry } from '../simulators/index.ts'

/** What can go wrong, as one JSON object. */
export function faultsJson(kinds: readonly FaultEntry[]): string {
  const faults = kinds.map((kind) => ({
    name: kind.name,
    target: kind.target,
    description: kind.description,
    parameters: parametersOf(kind),
  }))
  return `${JSON.stringify({ schema: 1, faults })}\n`
}

/** The same for people. */
export function faultsText(kinds: readonly FaultEntry[]): string {
  return kinds
    .map((kind) => {
      const list = Object.entries(parametersOf(kind)).map(([key, allowed]) => `    ${key}: ${allowed}\n`)
      return `${kind.name} (${kind.target}): ${kind.description}\n${list.join('')}`
    })
    .join('')
}

/** What each key of a step allows, for people; all but those with a default are needed. */
function parametersOf({ parameters, lasts }: FaultEntry): Readonly<Record<string, string>> {
  const own = Object.entries(parameters).map(([name, { allowed }]) => [keyOf(name), allowed])
  return Object.fromEntries(lasts ? [...own, ['for', 'a duration up to 24h; default until the end']] : own)
}
