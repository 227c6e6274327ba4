import type { ServerResponse } from 'node:http'
import type { EngineEvent } from '../../engine/engine-event.ts'
import { EventSource } from '../../engine/client/event-source.ts'
import { writeStreamHead, type ApiCall } from '../api-call.ts'
import { parseEngineTime, toNanoseconds, toStamp } from '../engine-time.ts'
import { parseFilters, passes, passesLabels, type Filters } from '../filters.ts'
import { refusalsOf } from '../refusals.ts'
import { pumpInto } from '../response-pump.ts'

/** `GET /events`: what the engine still has since or until a moment, then what happens, until that moment or for ever. */
export function events(call: ApiCall): void {
  const { engine, query } = call
  const filters = parseFilters(query.get('filters'), refusalsOf(engine.personality))
  const since = parseEngineTime(query.get('since'))
  const until = parseEngineTime(query.get('until'))
  const { eventsHaveOldKeys, choosesEventType } = engine.personality
  const hasOldKeys = eventsHaveOldKeys || call.apiMinor < FIRST_WITHOUT_OLD_KEYS
  const type = choosesEventType ? acceptedType(call.request.headers.accept ?? '') : 'application/json'
  const prefix = type === 'application/json-seq' ? RECORD_SEPARATOR : NOTHING
  sendEvents(call, {
    since,
    until,
    type,
    tellsPast: since !== null || until !== null,
    goesOn: true,
    toBytes: (event) =>
      matches(event, filters) ? Buffer.concat([prefix, eventLine(event, hasOldKeys)]) : NOTHING,
  })
}

/** What the client wants most of what there is. */
function acceptedType(accept: string): string {
  const wanted = accept.split(',').map((each) => each.split(';')[0]!.trim())
  return wanted.find((type) => EVENT_TYPES.includes(type)) ?? 'application/json'
}

export interface SentEvents {
  /** Stamps between which events are wanted; null for no limit. */
  readonly since: string | null
  readonly until: string | null
  /** Default `application/json`. */
  readonly type?: string
  /** Whether to begin with what the engine still has. */
  readonly tellsPast: boolean
  /** Whether to go on with what happens. */
  readonly goesOn: boolean
  /** What is sent for an event; nothing for one that is not wanted. */
  readonly toBytes: (event: EngineEvent) => Uint8Array
}

/** Sends events in their order. */
export function sendEvents({ engine, response, now }: ApiCall, sent: SentEvents): void {
  const { since, until } = sent
  const bytesOf = (event: EngineEvent): Uint8Array =>
    until === null || toStamp(event.at) <= until ? sent.toBytes(event) : NOTHING
  writeStreamHead(response, sent.type ?? 'application/json')
  if (sent.tellsPast) {
    const past = engine.events.recent.filter((event) => since === null || toStamp(event.at) >= since)
    response.write(Buffer.concat(past.map((event) => bytesOf(event))))
  }
  if (!sent.goesOn) {
    response.end()
    return
  }
  if (until !== null) endAt(response, Date.parse(until) - now)
  pumpInto(response, new EventSource(engine, bytesOf), engine)
}

function endAt(response: ServerResponse, delayMs: number): void {
  const timer = setTimeout(() => response.end(), Math.min(Math.max(0, delayMs), TIMER_MS_MAX))
  response.once('close', () => clearTimeout(timer))
}

/** Filters the engine does not know it lets pass, here as there. Names and ids are wanted by their beginning. */
function matches({ action, id, name, labels, attributes }: EngineEvent, filters: Filters): boolean {
  const { image = '' } = attributes
  return (
    passes(filters, 'type', (value) => value === 'container') &&
    passes(filters, 'event', (value) => value === action) &&
    passes(filters, 'container', (value) => id.startsWith(value) || name.startsWith(value)) &&
    passes(filters, 'image', (value) => image.startsWith(value)) &&
    passesLabels(filters, labels)
  )
}

/** One line of the answer: an event as JSON. @param hasOldKeys whether it has keys that say the same as others */
export function eventLine({ action, id, attributes, at }: EngineEvent, hasOldKeys: boolean): Uint8Array {
  const event = {
    ...(hasOldKeys && { status: action, id, from: attributes['image'] }),
    Type: 'container',
    Action: action,
    Actor: { ID: id, Attributes: sorted(attributes) },
    scope: 'local',
    time: Math.floor(at / 1000),
  }
  // A number of nanoseconds is beyond what JSON.stringify writes exactly.
  const json = JSON.stringify(event).replace(/\}$/, `,"timeNano":${toNanoseconds(at)}}`)
  return Buffer.from(`${json}\n`)
}

function sorted(attributes: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const NOTHING = new Uint8Array()
/** API version from which events lack them. */
const FIRST_WITHOUT_OLD_KEYS = 52
const EVENT_TYPES = ['application/x-ndjson', 'application/json-seq', 'application/json']
/** Before each text of a sequence (RFC 7464). */
const RECORD_SEPARATOR = Buffer.of(0x1e)
/** Beyond this Node's timers fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1
