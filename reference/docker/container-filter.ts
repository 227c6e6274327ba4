import type { ContainerFilters } from '../config/config.ts'
import type { LabelSettings } from './label-settings.ts'

interface FilteredContainer {
  readonly id: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/**
 * Whether a container is to be followed: by its own label, else by the filters.
 * @param ownId the container that the collector is in, if any
 */
export function isWanted(
  container: FilteredContainer,
  filters: ContainerFilters,
  { enable }: LabelSettings,
  ownId: string | null,
): boolean {
  if (enable !== null) return enable
  if (filters.excludeSelf && container.id === ownId) return false
  return matchesFilters(container, filters)
}

/** Every kind of include that is given must match; one of several of a kind is enough; exclude wins. */
function matchesFilters(
  container: Pick<FilteredContainer, 'name' | 'labels'>,
  filters: ContainerFilters,
): boolean {
  const labelled = (filter: string): boolean => hasLabel(container.labels, filter)
  if (isNameExcluded(container.name, filters) || filters.excludeLabels.some(labelled)) return false
  return filters.includeLabels.length === 0 || filters.includeLabels.some(labelled)
}

/** Whether a container of this name is not to be followed, whatever its labels. */
export function isNameExcluded(name: string, filters: ContainerFilters): boolean {
  const named = (pattern: RegExp): boolean => pattern.test(name)
  if (filters.excludeNames.some(named)) return true
  return filters.includeNames.length > 0 && !filters.includeNames.some(named)
}

/** @param filter `key`, or `key=value`. */
function hasLabel(labels: Readonly<Record<string, string>>, filter: string): boolean {
  const equals = filter.indexOf('=')
  if (equals < 0) return Object.hasOwn(labels, filter)
  const key = filter.slice(0, equals)
  return Object.hasOwn(labels, key) && labels[key] === filter.slice(equals + 1)
}
