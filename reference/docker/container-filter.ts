import type { ContainerFilters } from '../config/config.ts'

/** Whether a container is to be followed. Every kind of include that is given must match; exclude wins. */
export function matchesFilters(
  container: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  filters: ContainerFilters,
): boolean {
  const named = (pattern: RegExp): boolean => pattern.test(container.name)
  const labelled = (filter: string): boolean => hasLabel(container.labels, filter)
  if (filters.excludeNames.some(named) || filters.excludeLabels.some(labelled)) return false
  const nameFits = filters.includeNames.length === 0 || filters.includeNames.some(named)
  return nameFits && (filters.includeLabels.length === 0 || filters.includeLabels.some(labelled))
}

/** @param filter `key`, or `key=value`. */
function hasLabel(labels: Readonly<Record<string, string>>, filter: string): boolean {
  const equals = filter.indexOf('=')
  if (equals < 0) return Object.hasOwn(labels, filter)
  const key = filter.slice(0, equals)
  return Object.hasOwn(labels, key) && labels[key] === filter.slice(equals + 1)
}
