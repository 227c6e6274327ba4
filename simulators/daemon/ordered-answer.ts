import type { CallFault, EngineOperation } from '../engine/call-faults.ts'

/** What is sent instead of an engine's answer. */
export interface OrderedAnswer {
  readonly status: number
  /** JSON, or what is to be none. */
  readonly body: string
}

/** The whole answer a fault makes of a request; null where it makes none, but holds the right one up, or does not concern it. */
export function orderedAnswer(fault: CallFault, operation: EngineOperation): OrderedAnswer | null {
  switch (fault.kind) {
    case 'status':
      return { status: fault.status, body: `${JSON.stringify({ message: refusalWords(fault.status) })}\n` }
    case 'malformed':
      return { status: 200, body: '{"Id":' }
    case 'empty':
      return operation === 'list' ? { status: 200, body: '[]\n' } : null
    case 'held':
    case 'late':
      return null
  }
}

export function refusalWords(status: number): string {
  return `status ${status} was ordered`
}
