import type { CallFault, EngineOperation } from '../../engine/call-faults.ts'
import { defineFault, type Definitions, type OptionsOf, type ValuesOf } from '../define-fault.ts'
import type { FaultKind } from '../fault.ts'
import { choice, container, milliseconds, optional, wholeNumber, withDefault } from '../parameter.ts'
import type { WireMachine } from '../../wire/disturbable-engine.ts'

/** Which requests. */
export interface CallOptions {
  /** Default every operation. */
  readonly operation?: EngineOperation | undefined
  /** How many requests. Default all, until it is taken away. */
  readonly times?: number | undefined
}

/** A fault of requests to the engine. */
export type CallFaultKind<Options = object> = FaultKind<Options & CallOptions, WireMachine>

const times = optional(wholeNumber({ min: 1, max: 1_000_000 }), 'all requests')

/** The request is accepted and never answered. */
export const neverAnswered: CallFaultKind = callFault({
  name: 'never-answered',
  description: 'The request is accepted and never answered.',
  parameters: {},
  fault: () => ({ kind: 'held', head: false }),
})

/** The head of the answer comes, and its body never. In process that is no answer. */
export const headersThenNothing: CallFaultKind = callFault({
  name: 'headers-then-nothing',
  description: 'The head of the answer comes, and its body never.',
  parameters: {},
  fault: () => ({ kind: 'held', head: true }),
})

/** The answer is an error with this status. */
export const errorStatus: CallFaultKind<{ readonly status: number }> = callFault({
  name: 'error-status',
  description: 'The answer is an error with this status, such as 404, 409, 500 or 503.',
  parameters: { status: wholeNumber({ min: 400, max: 599 }) },
  fault: ({ status }) => ({ kind: 'status', status }),
})

/** The answer is JSON that ends in the middle. */
export const malformedJson: CallFaultKind = callFault({
  name: 'malformed-json',
  description: 'The answer is JSON that ends in the middle.',
  parameters: {},
  fault: () => ({ kind: 'malformed' }),
})

/** The answer is right, and late: a list takes the engine seconds when there are many containers. */
export const slowAnswer: CallFaultKind<{ readonly delayMs: number }> = callFault({
  name: 'slow-answer',
  description: 'The answer is right, and late.',
  parameters: { delayMs: milliseconds({ min: 1, max: 3_600_000 }) },
  fault: ({ delayMs }) => ({ kind: 'late', delayMs }),
})

/** The answer to a list is empty: the engine is up before its data is. Requests of other kinds are answered as ever. */
export const emptyList: FaultKind<{ readonly times?: number | undefined }, WireMachine> = defineFault({
  name: 'empty-list',
  target: 'call',
  description: 'A list of containers has none in it, as when the engine is up before its data is.',
  lasts: true,
  parameters: { times },
  inject: ({ engine }: WireMachine, values) =>
    engine.disturbCalls({ kind: 'empty' }, { operation: 'list', times: values.times }),
})

/** Who asks for events is refused, as by a proxy that lets only some requests pass. */
export const eventsRefused: FaultKind<
  { readonly status?: number | undefined; readonly times?: number | undefined },
  WireMachine
> = defineFault({
  name: 'events-refused',
  target: 'call',
  description: 'Who asks for events is refused, as by a proxy that lets only some requests pass.',
  lasts: true,
  parameters: { status: withDefault(wholeNumber({ min: 400, max: 599 }), 403), times },
  inject: ({ engine }: WireMachine, { status, times: count }) =>
    engine.disturbCalls({ kind: 'status', status }, { operation: 'events', times: count }),
})

/** The head of the answer to who asks for events comes with the first event, as from some engines and proxies. */
export const lateEventHeaders: FaultKind<object, WireMachine> = defineFault({
  name: 'late-event-headers',
  target: 'call',
  description: 'The head of the answer to who asks for events comes with the first event.',
  lasts: true,
  parameters: {},
  inject: ({ engine }: WireMachine) => engine.delayEventHeads(),
})

/** One container cannot be inspected, while everything else about it is as ever. */
export const inspectFails: FaultKind<
  {
    readonly container: string
    readonly status?: number | undefined
    readonly times?: number | undefined
  },
  WireMachine
> = defineFault({
  name: 'inspect-fails',
  target: 'call',
  description: 'One container cannot be inspected.',
  lasts: true,
  parameters: {
    container: container(),
    status: withDefault(wholeNumber({ min: 400, max: 599 }), 500),
    times,
  },
  inject: ({ engine }: WireMachine, { container: reference, status, times: count }) =>
    engine.disturbCalls(
      { kind: 'status', status },
      { operation: 'inspect', container: reference, times: count },
    ),
})

interface CallFaultDefinition<P> {
  readonly name: string
  readonly description: string
  readonly parameters: P
  readonly fault: (values: ValuesOf<P>) => CallFault
}

function callFault<P extends Definitions>({
  parameters,
  fault,
  ...definition
}: CallFaultDefinition<P>): FaultKind<OptionsOf<P> & CallOptions, WireMachine> {
  const which = {
    operation: optional(choice(['info', 'list', 'inspect', 'events', 'logs']), 'every operation'),
    times,
  }
  const kind = defineFault({
    ...definition,
    target: 'call',
    lasts: true,
    parameters: { ...parameters, ...which },
    inject: ({ engine }: WireMachine, values: ValuesOf<P> & ValuesOf<typeof which>) =>
      engine.disturbCalls(fault(values), { operation: values.operation, times: values.times }),
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its parameters are these and those that say which requests
  return kind as unknown as FaultKind<OptionsOf<P> & CallOptions, WireMachine>
}
