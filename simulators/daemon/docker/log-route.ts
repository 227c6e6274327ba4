import type { OpenLogOptions } from '../../engine/reply/log-opening.ts'
import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import { writeStreamHead, type ApiCall } from '../api-call.ts'
import { ApiError } from '../api-error.ts'
import { minorOf } from '../api-version.ts'
import { isTrue } from './container-list.ts'
import { parseEngineTime } from '../engine-time.ts'
import { findContainer } from '../find-container.ts'
import { pumpInto } from '../response-pump.ts'
import { untilAnswering } from '../until-answering.ts'

/** `GET /containers/{id}/logs` */
export async function logs(call: ApiCall): Promise<void> {
  const { engine, query, reference, apiMinor } = call
  const streams = parseStreams(query)
  const container = findContainer(engine, reference)
  const { id, tty } = container
  const selection = {
    ...streams,
    timestamps: isTrue(query.get('timestamps')),
    since: parseEngineTime(query.get('since')),
    until: parseEngineTime(query.get('until')),
    ...(isTrue(query.get('details')) && { details: detailsOf(container) }),
  }
  const follow = isTrue(query.get('follow'))
  await sendLog(call, id, {
    log: { follow, tail: parseTail(query.get('tail')), selection },
    contentType: contentType(minorOf(engine.personality.apiVersion), apiMinor, tty),
  })
}

export interface SentLog {
  readonly log: OpenLogOptions
  /** Null for none. */
  readonly contentType: string | null
}

/** Sends the log of the container with this id, when the engine lets it. */
export async function sendLog({ engine, response }: ApiCall, id: string, sent: SentLog): Promise<void> {
  const hold = engine.holdLogRequest(id, sent.log.follow)
  if (!(await untilAnswering(engine, response, () => hold !== null && !hold.released))) return
  const wire = engine.openLog(id, sent.log)
  writeStreamHead(response, sent.contentType)
  pumpInto(response, wire, engine)
}

/** The labels the log driver was told to keep with each message, by name; a space where there are none. */
function detailsOf({ labels, logOptions }: SimulatedContainer): string {
  const kept = (logOptions['labels'] ?? '').split(',').filter((name) => labels[name] !== undefined)
  const texts = kept.toSorted().map((name) => `${escaped(name)}=${escaped(labels[name]!)}`)
  return `${texts.join(',')} `
}

/** As in the query of an address. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+')
}

function parseStreams(query: URLSearchParams): { stdout: boolean; stderr: boolean } {
  const stdout = isTrue(query.get('stdout'))
  const stderr = isTrue(query.get('stderr'))
  if (!stdout && !stderr) throw new ApiError(400, 'Bad parameters: you must choose at least one stream')
  return { stdout, stderr }
}

/** What is not a number from 0 on means all, as in the engine. */
function parseTail(text: string | null): number {
  return text !== null && /^\d+$/.test(text) ? Number(text) : Infinity
}

/** An engine before API 1.42 does not say what it sends; a later one calls frames raw when it is asked in an older version. */
function contentType(ownMinor: number, askedMinor: number, tty: boolean): string | null {
  if (ownMinor < FIRST_WITH_CONTENT_TYPE) return null
  const isTold = !tty && askedMinor >= FIRST_WITH_CONTENT_TYPE
  return `application/vnd.docker.${isTold ? 'multiplexed' : 'raw'}-stream`
}

const FIRST_WITH_CONTENT_TYPE = 42
