import { z } from 'zod'
import {
  choice,
  fraction,
  milliseconds,
  optional,
  wholeNumber,
  withDefault,
  type Parameter,
} from '../faults/parameter.ts'
import type { SinkFault, SinkFaultKind, SinkFaultScope } from './sink-fault.ts'

type Parameters = Readonly<Record<string, Parameter<unknown>>>

/** What each fault of a sink can be given, besides {@link SINK_SCOPE_PARAMETERS}. */
export const SINK_FAULT_PARAMETERS: Readonly<Record<SinkFaultKind, Parameters>> = {
  'too-many-requests': {
    retryAfterMs: withDefault(milliseconds({ min: 0, max: 86_400_000 }), 1000, '1s'),
    as: withDefault(choice(['seconds', 'date']), 'seconds'),
  },
  'server-error': { status: withDefault(wholeNumber({ min: 500, max: 599 }), 500) },
  'client-error': {
    status: withDefault(wholeNumber({ min: 400, max: 499 }), 400),
    aboveBytes: optional(wholeNumber({ min: 0, max: 2 ** 30 }), 'all requests'),
  },
  hang: {},
  reset: { afterBytes: optional(wholeNumber({ min: 0, max: 2 ** 30 }), 'half of the request') },
  slow: { bytesPerSecond: wholeNumber({ min: 1, max: 2 ** 30 }) },
  'accepts-then-fails': { with: withDefault(choice(['server-error', 'reset']), 'server-error') },
  'partial-success': { accepted: withDefault(fraction(), 0.5) },
  refused: {},
}

/** Which requests are struck. Not for `refused`: a connection that is refused is not counted by anyone. */
export const SINK_SCOPE_PARAMETERS: Parameters = {
  times: optional(wholeNumber({ min: 1, max: 1_000_000 }), 'all requests'),
  chance: withDefault(fraction(), 1),
}

/** @throws RangeError naming the parameter, what was given and what is allowed */
export function checkSinkFault({ kind, ...given }: SinkFault, scope: SinkFaultScope): void {
  if (!Object.hasOwn(SINK_FAULT_PARAMETERS, kind)) {
    const kinds = Object.keys(SINK_FAULT_PARAMETERS).join(', ')
    throw new RangeError(`Cannot inject ${JSON.stringify(kind)}: allowed: ${kinds}`)
  }
  check(kind, given, SINK_FAULT_PARAMETERS[kind])
  check(kind, scope, kind === 'refused' ? {} : SINK_SCOPE_PARAMETERS)
}

function check(kind: string, given: object, parameters: Parameters): void {
  const shape = Object.fromEntries(Object.entries(parameters).map(([name, { inCode }]) => [name, inCode]))
  const [issue] = z.strictObject(shape).safeParse(given, { reportInput: true }).error?.issues ?? []
  if (issue === undefined) return
  if (issue.code === 'unrecognized_keys') {
    const names = Object.keys(parameters).join(', ') || 'none'
    throw new RangeError(
      `Cannot inject ${kind}: unknown parameter ${issue.keys.join(', ')}; allowed: ${names}`,
    )
  }
  const value = JSON.stringify(issue.input)
  throw new RangeError(
    `Cannot inject ${kind}: ${issue.path.join('.')}: ${value} is not allowed; allowed: ${issue.message}`,
  )
}
