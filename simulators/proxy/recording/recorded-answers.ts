import { describeRequest } from '../request-description.ts'
import type { RecordedExchange, Recording } from './recording-reader.ts'

/**
 * Which recorded answer a request gets: that to the same request, each once, in the order of the recording, the last of them again and again. A request that was
 * not recorded as it is gets, in the same way, that to one of the same kind about the same container: a cursor may ask for more or fewer lines than it did.
 */
export class RecordedAnswers {
  readonly #queues = new Map<string, RecordedExchange[]>()

  constructor({ exchanges }: Recording) {
    for (const exchange of exchanges) {
      for (const key of keysOf(exchange)) {
        const queue = this.#queues.get(key)
        if (queue === undefined) this.#queues.set(key, [exchange])
        else queue.push(exchange)
      }
    }
  }

  /** Null where nothing like it was recorded. */
  next(request: { readonly method: string; readonly target: string }): RecordedExchange | null {
    for (const key of keysOf(request)) {
      const queue = this.#queues.get(key)
      if (queue !== undefined) return this.#takeFrom(queue)
    }
    return null
  }

  #takeFrom(queue: RecordedExchange[]): RecordedExchange {
    const exchange = queue[0]!
    for (const key of keysOf(exchange)) {
      const each = this.#queues.get(key)!
      if (each.length > 1) each.splice(each.indexOf(exchange), each.includes(exchange) ? 1 : 0)
    }
    return exchange
  }
}

/** The request itself, then its kind. */
function keysOf({ method, target }: { readonly method: string; readonly target: string }): string[] {
  const { operation, reference, follow } = describeRequest(method, target)
  const exact = `${method} ${target}`
  return operation === null ? [exact] : [exact, `${operation} ${reference} ${follow ? 'followed' : ''}`]
}
