import { describeRequest } from '../request-description.ts'
import type { RecordedExchange, Recording } from './recording-reader.ts'

interface Asked {
  readonly method: string
  readonly target: string
}

/** One recorded exchange, and when it was begun among the others. */
interface Entry {
  readonly exchange: RecordedExchange
  readonly index: number
  /** Messages a log was asked for at most. */
  readonly tail: number
}

/**
 * Which recorded answer a request gets: that to the same request, or else to one of the same kind about the same container that asked for as many messages or more: a
 * cursor need not ask as it did. What is told of one container never goes back in the recording; when there is no later answer the last is given again.
 */
export class RecordedAnswers {
  readonly #byKind = new Map<string, Entry[]>()
  /** The last answer that was given, by what it was about. */
  readonly #given = new Map<string, number>()

  constructor({ exchanges }: Recording) {
    for (const [index, exchange] of exchanges.entries()) {
      const { kind } = kindOf(exchange)
      const entries = this.#byKind.get(kind)
      const entry = { exchange, index, tail: tailOf(exchange.target) }
      if (entries === undefined) this.#byKind.set(kind, [entry])
      else entries.push(entry)
    }
  }

  /** Null where nothing like it was recorded. */
  next(asked: Asked): RecordedExchange | null {
    const { kind, subject } = kindOf(asked)
    const entries = this.#byKind.get(kind) ?? []
    const tail = tailOf(asked.target)
    const isSame = ({ exchange }: Entry): boolean => exchange.target === asked.target
    const isEnough = (entry: Entry): boolean => entry.tail >= tail
    const last = this.#given.get(subject) ?? -1
    const later = entries.filter(({ index }) => index > last)
    const entry =
      later.find(isSame) ??
      later.find(isEnough) ??
      entries.findLast(isSame) ??
      entries.findLast(isEnough) ??
      entries.at(-1)
    if (entry === undefined) return null
    this.#given.set(subject, Math.max(last, entry.index))
    return entry.exchange
  }
}

/** Requests of one kind can be answered alike; one subject, such as a container's log, has an order. */
function kindOf({ method, target }: Asked): { kind: string; subject: string } {
  const { operation, reference, follow } = describeRequest(method, target)
  if (operation === null) return { kind: `${method} ${target}`, subject: `${method} ${target}` }
  const subject = `${operation} ${reference}`
  return {
    kind: operation === 'info' ? `${method} ${target}` : `${subject} ${follow ? 'followed' : ''}`,
    subject,
  }
}

function tailOf(target: string): number {
  const tail = new URLSearchParams(target.split('?')[1]).get('tail')
  return tail !== null && /^\d+$/.test(tail) ? Number(tail) : Infinity
}
