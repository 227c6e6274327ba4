import type { HttpResponse } from '../../reference/ports/index.ts'
import type { ReceiveOptions, SinkExchange } from './sink-exchange.ts'
import type { RequestFault } from './sink-fault.ts'
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
  switch (fault?.kind) {
    case 'too-many-requests': {
      const { retryAfterMs = 1000, as = 'seconds' } = fault
      return exchange.answer(tooManyRequests(retryAfter(store.now, retryAfterMs, as)))
    }
    case 'server-error':
      return exchange.answer(failure(fault.status ?? 500))
    case 'reset':
      return exchange.reset()
    case 'accepts-then-fails':
      return storeAll(store, exchange, body, () => {
        if (fault.with === 'reset') exchange.reset()
        else exchange.answer(failure(500))
      })
    case 'partial-success':
      return storePart(store, exchange, body, fault.accepted ?? 0.5)
    case 'hang':
    case 'slow':
    case undefined:
      return storeAll(store, exchange, body, (count) => exchange.answer(store.format.accepted(count)))
  }
}

/** @param end told how many entries were stored */
function storeAll(
  store: SinkStore,
  exchange: SinkExchange,
  body: Uint8Array,
  end: (count: number) => void,
): void {
  const entries = readEntries(store, exchange, body)
  if (entries === null) return
  store.store(exchange.path, entries)
  end(entries.length)
}

function storePart(store: SinkStore, exchange: SinkExchange, body: Uint8Array, share: number): void {
  const entries = readEntries(store, exchange, body)
  if (entries === null) return
  const accepted = Math.min(Math.floor(entries.length * share), entries.length - 1)
  const rejected = store.drawPlaces(entries.length - accepted, entries.length)
  store.store(
    exchange.path,
    entries.filter((_, place) => !rejected.includes(place)),
  )
  exchange.answer(store.format.partlyAccepted(accepted, rejected))
}

/** Null when there are none to be read: that was answered. */
function readEntries(store: SinkStore, exchange: SinkExchange, body: Uint8Array): Uint8Array[] | null {
  try {
    return store.format.entries(body)
  } catch (error) {
    exchange.answer(plain(400, `Cannot read the request: ${String(error)}`))
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

function failure(status: number): HttpResponse {
  return plain(status, 'The sink has failed')
}

function plain(status: number, text: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain' }, body: Buffer.from(`${text}\n`) }
}
