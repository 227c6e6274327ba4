import type { SimulatedSink } from '../../sinks/simulated-sink.ts'
import type { SinkFault, SinkFaultKind as Kind, SinkFaultScope } from '../../sinks/sink-fault.ts'
import { SINK_FAULT_PARAMETERS, SINK_SCOPE_PARAMETERS } from '../../sinks/sink-fault-parameters.ts'
import { defineFault } from '../define-fault.ts'
import type { FaultKind } from '../fault.ts'

/** A machine that is shipped to. */
export interface SinkMachine {
  readonly sink: SimulatedSink
}

/** A fault of what a collector ships to. */
export type SinkFaultKind<Options = object> = FaultKind<Options & SinkFaultScope, SinkMachine>

/** 429, with a Retry-After in seconds or as a date. */
export const tooManyRequests: SinkFaultKind<Without<'too-many-requests'>> = sinkFault(
  'too-many-requests',
  'too-many-requests',
  'The answer is 429 with a Retry-After.',
)

/** 500, or another status from there on; nothing is stored. */
export const serverError: SinkFaultKind<Without<'server-error'>> = sinkFault(
  'server-error',
  'server-error',
  'The answer is an error of the server, and nothing is stored.',
)

/** 400, or another status up to 499; nothing is stored. */
export const clientError: SinkFaultKind<Without<'client-error'>> = sinkFault(
  'client-error',
  'client-error',
  'The answer says that the request is wrong, and nothing is stored.',
)

/** The request is taken and never answered. */
export const sinkHang: SinkFaultKind = sinkFault(
  'sink-hang',
  'hang',
  'The request is taken and never answered.',
)

/** The connection breaks in the middle of the request. */
export const sinkReset: SinkFaultKind<Without<'reset'>> = sinkFault(
  'sink-reset',
  'reset',
  'The connection breaks in the middle of the request.',
)

/** The request is read slowly. */
export const sinkSlow: SinkFaultKind<Without<'slow'>> = sinkFault(
  'sink-slow',
  'slow',
  'No more than so many bytes a second are read.',
)

/** Everything is stored, and the answer says that it was not. */
export const acceptsThenFails: SinkFaultKind<Without<'accepts-then-fails'>> = sinkFault(
  'accepts-then-fails',
  'accepts-then-fails',
  'Everything is stored, and the answer says that it was not.',
)

/** A part is stored, and the answer says which was not. */
export const partialSuccess: SinkFaultKind<Without<'partial-success'>> = sinkFault(
  'partial-success',
  'partial-success',
  'A part is stored, and the answer says how much was not.',
)

/** Nobody listens. */
export const sinkRefused: FaultKind<object, SinkMachine> = sinkFault(
  'sink-refused',
  'refused',
  'Nobody listens.',
)

/** The parameters of a kind. */
type Without<K extends Kind> = Omit<Extract<SinkFault, { readonly kind: K }>, 'kind'>

function sinkFault<Options>(name: string, kind: Kind, description: string): FaultKind<Options, SinkMachine> {
  const scope = kind === 'refused' ? {} : SINK_SCOPE_PARAMETERS
  const defined = defineFault({
    name,
    target: 'sink',
    description,
    lasts: true,
    parameters: { ...SINK_FAULT_PARAMETERS[kind], ...scope },
    inject: ({ sink }: SinkMachine, values: Readonly<Record<string, unknown>>) =>
      sink.inject(...ordered(kind, values)),
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same
  return defined as unknown as FaultKind<Options, SinkMachine>
}

/** The fault and which requests it is for, of the parameters that say both. */
function ordered(
  kind: Kind,
  { times, chance, ...parameters }: Readonly<Record<string, unknown>>,
): [SinkFault, SinkFaultScope] {
  const scope = kind === 'refused' ? {} : { times, chance }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- they were checked to be the parameters of this kind
  return [{ kind, ...parameters }, scope] as [SinkFault, SinkFaultScope]
}
