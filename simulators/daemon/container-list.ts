import type { SimulatedContainer } from '../engine/simulated-container.ts'
import { ApiError } from './api-error.ts'
import { matchesText, parseFilters, passes, passesLabels, type Filters } from './filters.ts'

/**
 * The containers a request for `/containers/json` means, newest first: the running ones unless `all`, `limit` or a filter by state says otherwise.
 * @throws ApiError 400 for a filter that is not among those understood
 */
export function selectContainers(
  containers: readonly SimulatedContainer[],
  query: URLSearchParams,
): SimulatedContainer[] {
  const filters = parseFilters(query.get('filters'), ALLOWED)
  assertStates(filters)
  const limit = Number(query.get('limit') ?? 0)
  const all = isTrue(query.get('all')) || limit > 0 || filters.has('status') || filters.has('exited')
  const chosen = containers
    .toReversed()
    .filter((container) => (all || container.running) && isWanted(container, filters))
  return limit > 0 ? chosen.slice(0, limit) : chosen
}

/** As the engine reads a switch in a query. */
export function isTrue(text: string | null): boolean {
  return text !== null && !['', '0', 'no', 'false', 'none'].includes(text.trim().toLowerCase())
}

function isWanted(container: SimulatedContainer, filters: Filters): boolean {
  const { id, name, image, state, exitCode } = container
  return (
    passes(filters, 'id', (value) => matchesText(value, id)) &&
    passes(filters, 'name', (value) => matchesText(value, name) || matchesText(value, `/${name}`)) &&
    passes(filters, 'status', (value) => value === state) &&
    passes(filters, 'ancestor', (value) => value === image || `${value}:latest` === image) &&
    passes(filters, 'exited', (value) => state === 'exited' && value === String(exitCode)) &&
    passesLabels(filters, container.labels)
  )
}

function assertStates(filters: Filters): void {
  const unknown = filters.get('status')?.find((state) => !STATES.includes(state))
  if (unknown !== undefined) throw new ApiError(400, `Invalid filter 'status=${unknown}'`)
}

const ALLOWED = ['ancestor', 'exited', 'id', 'label', 'name', 'status']
const STATES = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']
