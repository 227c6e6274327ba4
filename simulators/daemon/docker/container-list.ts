import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import type { SimulatedEngine } from '../../engine/simulated-engine.ts'
import { ApiError } from '../api-error.ts'
import { matchesText, parseFilters, passes, passesLabels, type Filters } from '../filters.ts'
import { findContainer } from '../find-container.ts'
import { refusalsOf } from '../refusals.ts'

/**
 * The containers a request for `/containers/json` means, newest first: the running ones unless `all`, `limit` or a filter by state says otherwise.
 * @throws ApiError for a filter that is not among those understood, and for a limit that is no number
 */
export function selectContainers(engine: SimulatedEngine, query: URLSearchParams): SimulatedContainer[] {
  const refusals = refusalsOf(engine.personality)
  const filters = parseFilters(query.get('filters'), refusals, ALLOWED)
  const unknown = filters.get('status')?.find((state) => !STATES.includes(state))
  if (unknown !== undefined) throw refusals.unknownFilter('status', unknown)
  const limit = parseLimit(query.get('limit'))
  const all = isTrue(query.get('all')) || limit > 0 || filters.has('status') || filters.has('exited')
  const chosen = passingContainers(engine, filters, (reference) => findContainer(engine, reference))
    .toReversed()
    .filter((container) => all || container.running)
  return limit > 0 ? chosen.slice(0, limit) : chosen
}

/** The containers, oldest first, that pass every filter. @param find the container a filter names; may throw */
export function passingContainers(
  engine: SimulatedEngine,
  filters: Filters,
  find: (reference: string) => SimulatedContainer,
): SimulatedContainer[] {
  return between(engine, filters, find).filter((container) => isWanted(container, filters))
}

function parseLimit(text: string | null): number {
  if (text === null || text === '') return 0
  if (/^[+-]?\d+$/.test(text)) return Number(text)
  throw new ApiError(500, `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
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

/** The containers, oldest first, that were created before and since those the filters name. */
function between(
  { containers }: SimulatedEngine,
  filters: Filters,
  find: (reference: string) => SimulatedContainer,
): SimulatedContainer[] {
  const places = (name: string): number[] =>
    (filters.get(name) ?? []).map((reference) => containers.indexOf(find(reference)))
  return containers.slice(
    Math.max(0, ...places('since').map((place) => place + 1)),
    Math.min(Infinity, ...places('before')),
  )
}

const ALLOWED = ['ancestor', 'before', 'exited', 'id', 'label', 'name', 'since', 'status']
const STATES = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']
