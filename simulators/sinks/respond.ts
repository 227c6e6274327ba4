import type { HttpResponse } from '../../reference/ports/index.ts'
import type { ReceiveOptions, SinkExchange } from './sink-exchange.ts'
import type { RequestFault } from './sink-fault.ts'
import { SinkRefusal, type ReceivedRequest } from './sink-format.ts'
import type { SinkStore } from './sink-store.ts'

/** How much of a request is taken in, and how fast. */
export function receiveOptions(fault: RequestFault | null, exchange: SinkExchange): ReceiveOptions {
  if (fault?.kind === 'slow') return { bytesPerSecond: fault.bytesPerSecond }
  if (fault?.kind !== 'reset') return {}
  return { upToBytes: fault.afterBytes ?? Math.floor((exchange.announcedBytes ?? 0) / 2) }
}

/** Stores what is to be stored of a request that was taken in, and ends the exchange. */
export function respond(
  store: SinkStore,
  fault: RequestFault | null,
  exchange: SinkExchange,
  body: Uint8Array,
): void {
  const { method, path, headers } = exchange
  const incoming: Incoming = { store, exchange, request: { method, path, headers, body } }
  switch (fault?.kind) {
    case 'too-many-requests': {
      const { retryAfterMs = 1000, as = 'seconds' } = fault
      return exchange.answer(tooManyRequests(retryAfter(store.now, retryAfterMs, as)))
    }
    case 'server-error':
      return exchange.answer(failure(incoming, fault.status ?? 500))
    case 'client-error':
      return exchange.answer(failure(incoming, fault.status ?? 400))
    case 'reset':
      return exchange.reset()
    case 'accepts-then-fails':
      return storeAll(incoming, () => {
        if (fault.with === 'reset') exchange.reset()
        else exchange.answer(failure(incoming, 500))
      })
    case 'partial-success':
      return storePart(incoming, fault.accepted ?? 0.5)
    case 'hang':
    case 'slow':
    case undefined:
      return storeAll(incoming, (answer) => exchange.answer(answer))
  }
}

/** A request that was taken in. */
interface Incoming {
  readonly store: SinkStore
  readonly exchange: SinkExchange
  readonly request: ReceivedRequest
}

/** Stores what the sink takes for what it is. @param end told of the answer */
function storeAll(incoming: Incoming, end: (answer: HttpResponse) => void): void {
  const entries = readEntries(incoming)
  if (entries === null) return
  const { store, request } = incoming
  const judgement = store.format.judge?.(entries, request, store.now) ?? null
  const rejected = new Set(judgement?.rejected)
  store.store(
    request.path,
    entries.filter((_, place) => !rejected.has(place)),
  )
  end(judgement?.answer ?? store.format.accepted(entries.length, request))
}

function storePart(incoming: Incoming, share: number): void {
  const entries = readEntries(incoming)
  if (entries === null) return
  const { store, request, exchange } = incoming
  const accepted = Math.min(Math.floor(entries.length * share), entries.length - 1)
  const rejected = store.drawPlaces(entries.length - accepted, entries.length)
  store.store(
    request.path,
    entries.filter((_, place) => !rejected.includes(place)),
  )
  exchange.answer(store.format.partlyAccepted(entries, rejected, request))
}

/** Null when there are none to be read: that was answered. */
function readEntries(incoming: Incoming): Uint8Array[] | null {
  const { store, exchange, request } = incoming
  try {
    return store.format.entries(request)
  } catch (error) {
    const [status, words] =
      error instanceof SinkRefusal
        ? [error.status, error.message]
        : [400, `Cannot read the request: ${String(error)}`]
    exchange.answer(store.format.failed?.(status, words, request) ?? plain(status, words))
    return null
  }
}

function tooManyRequests(value: string): HttpResponse {
  const { headers, ...rest } = plain(429, 'Too many requests')
  return { ...rest, headers: { ...headers, 'retry-after': value } }
}

/** Never earlier than asked for: both forms have whole seconds only. */
function retryAfter(now: number, afterMs: number, as: 'seconds' | 'date'): string {
  if (as === 'seconds') return String(Math.ceil(afterMs / 1000))
  return new Date(Math.ceil((now + afterMs) / 1000) * 1000).toUTCString()
}

function failure({ store, request }: Incoming, status: number): HttpResponse {
  const words = status < 500 ? 'The request is not good' : 'The sink has failed'
  return store.format.failed?.(status, words, request) ?? plain(status, words)
}

function plain(status: number, text: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain' }, body: Buffer.from(`${text}\n`) }
}
