import type { EngineEvent } from '../../engine/engine-event.ts'
import type { ApiCall } from '../api-call.ts'
import { ApiError } from '../api-error.ts'
import { isTrue } from '../docker/container-list.ts'
import { sendEvents } from '../docker/event-route.ts'
import { parseFilters, passes, passesLabels, type Filters } from '../filters.ts'
import { libpodEventLine, toLibpodEvents } from './event-json.ts'
import { parseInputTime, UNREADABLE_TIME } from './input-time.ts'
import { LibpodError } from './libpod-error.ts'

/** `GET /libpod/events`: what the engine still has, when a limit or no `stream` asks for it, then what happens unless `stream` is false. */
export function events(call: ApiCall): void {
  const { query, request, apiMajor } = call
  const filters = parseFilters(
    query.get('filters'),
    {
      unknownFilter: invalidFilter,
      unreadableFilters: (reason) =>
        new LibpodError(400, `failed to parse filters for ${request.url}`, reason),
    },
    ALLOWED,
  )
  const since = timeOf(call, 'since')
  const until = timeOf(call, 'until')
  const goesOn = isTrue(query.get('stream') ?? 'true')
  sendEvents(call, {
    since,
    until,
    goesOn,
    tellsPast: since !== null || until !== null || !goesOn,
    toBytes: (event) => {
      const wanted = toLibpodEvents(event).filter((each) => matches(each, filters))
      return Buffer.concat(wanted.map((each) => libpodEventLine(each, apiMajor)))
    },
  })
}

function timeOf({ query, now }: ApiCall, name: 'since' | 'until'): string | null {
  const text = query.get(name)
  if (text === null || text === '') return null
  const time = parseInputTime(text, now, name === 'since' ? 'back' : 'forth')
  if (time !== undefined) return time
  const before = `failed to parse event filters: unable to convert ${name} time of ${text}`
  throw new LibpodError(500, before, UNREADABLE_TIME)
}

function invalidFilter(name: string): ApiError {
  return new LibpodError(500, 'failed to parse event filters', `${name} is an invalid filter`)
}

function matches({ action, id, name, labels }: EngineEvent, filters: Filters): boolean {
  const isAction = (wanted: string): boolean => action === (wanted === 'die' ? 'died' : wanted)
  return (
    passes(filters, 'type', (wanted) => wanted === 'container') &&
    passes(filters, 'event', isAction) &&
    passes(filters, 'status', isAction) &&
    passes(filters, 'container', (wanted) => name === wanted || id.startsWith(wanted)) &&
    passes(filters, 'label', (wanted) => passesLabels(new Map([['label', [wanted]]]), labels)) &&
    OF_OTHER_THINGS.every((filter) => passes(filters, filter, () => false))
  )
}

/** Filters that no container's event passes. */
const OF_OTHER_THINGS = ['image', 'pod', 'volume']
const ALLOWED = ['type', 'event', 'status', 'container', 'label', ...OF_OTHER_THINGS]
