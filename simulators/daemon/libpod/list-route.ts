import { sendJson, type ApiCall } from '../api-call.ts'
import { ApiError } from '../api-error.ts'
import { isTrue, passingContainers } from '../docker/container-list.ts'
import { parseFilters } from '../filters.ts'
import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import { LIBPOD_STATES } from './container-states.ts'
import { invalidArgument, LibpodError } from './libpod-error.ts'
import { listedContainer } from './list-json.ts'
import { lookUpContainer } from './look-up-container.ts'

/** `GET /libpod/containers/json` */
export function list(call: ApiCall): void {
  const withSize = isTrue(call.query.get('size'))
  sendJson(
    call.response,
    200,
    selectContainers(call).map((container) => listedContainer(container, withSize)),
  )
}

/** Oldest first: the running ones (a paused one is none) unless `all`, `last` or a filter by state says otherwise; of those the last few, where so many are asked for. */
function selectContainers(call: ApiCall): SimulatedContainer[] {
  const { engine } = call
  const filters = parseFilters(call.query.get('filters'), refusalsTo(call), ALLOWED)
  for (const state of filters.get('status') ?? []) assertState(state)
  const last = lastOf(call)
  const all = isTrue(call.query.get('all')) || last > 0 || filters.has('status')
  const find = (reference: string): SimulatedContainer => lookUpContainer({ engine, reference }, 500)
  const chosen = passingContainers(engine, filters, find).filter(({ state }) => all || state === 'running')
  return last > 0 ? chosen.slice(-last) : chosen
}

/** `last` before `limit`; neither, or one that is not positive, for no limit. */
function lastOf({ query, request }: ApiCall): number {
  const name = query.has('last') ? 'last' : 'limit'
  const text = query.get(name) || '0'
  if (/^[+-]?\d+$/.test(text)) return Number(text)
  const before = `failed to parse parameters for ${request.url}`
  throw new LibpodError(500, before, `schema: error converting value for "${name}"`)
}

function assertState(state: string): void {
  if (!LIBPOD_STATES.includes(state)) throw invalidArgument(`unknown container state: ${state}`)
}

function refusalsTo({ request }: ApiCall): {
  unknownFilter(name: string): ApiError
  unreadableFilters(reason: string): ApiError
} {
  return {
    unknownFilter: (name) => new ApiError(500, `${name} is an invalid filter`),
    unreadableFilters: (reason) =>
      new LibpodError(500, `failed to decode filter parameters for ${request.url}`, reason),
  }
}

/** Of Podman's filters those that mean something for a container without health checks, networks, pods and volumes. */
const ALLOWED = ['ancestor', 'before', 'exited', 'id', 'label', 'name', 'since', 'status']
