import type { SimulatedEngine } from '../../engine/simulated-engine.ts'
import type { WireMachine } from '../../wire/disturbable-engine.ts'
import type { Wire } from '../../wire/wire.ts'
import { defineFault, type Definitions, type OptionsOf, type ValuesOf } from '../define-fault.ts'
import type { FaultKind } from '../fault.ts'
import { choice, container, flag, optional, withDefault } from '../parameter.ts'

/** Which streams. */
export interface StreamOptions {
  /** Id, prefix of an id, or name. Default every container. */
  readonly container?: string | undefined
  /** Those `open` now, the `next` one to be opened, or `all`, now and later. Default `all`, and `open` for what is over at once. */
  readonly streams?: 'open' | 'next' | 'all' | undefined
  /** True for followed logs only, false for others only. Default both. */
  readonly follow?: boolean | undefined
}

/** A machine with a container engine. */
export interface EngineMachine {
  readonly engine: SimulatedEngine
}

/** A fault of the streams that carry logs. */
export type StreamFaultKind<Options = object> = FaultKind<Options & StreamOptions, WireMachine>

interface StreamFaultDefinition<P> {
  readonly name: string
  readonly description: string
  readonly parameters: P
  /** Whether it goes on until it is taken away. Default true. */
  readonly lasts?: boolean
  /** Whether requests for a log are kept without an answer. Default false. */
  readonly holdsRequest?: boolean
  /** Begins to act on a stream. What is returned ends it; null where it has acted and is over. */
  readonly actOn: (wire: Wire, values: ValuesOf<P>) => Disposable | null
}

/** Defines a fault of the streams that carry logs: the parameters that say which streams come with it. */
export function streamFault<P extends Definitions>({
  name,
  description,
  parameters,
  lasts = true,
  holdsRequest = false,
  actOn,
}: StreamFaultDefinition<P>): FaultKind<OptionsOf<P> & StreamOptions, WireMachine> {
  const which = {
    container: optional(container(), 'every container'),
    streams: withDefault(choice(['open', 'next', 'all']), lasts ? 'all' : 'open'),
    follow: optional(flag(), 'both'),
  }
  const kind = defineFault({
    name,
    target: 'stream',
    description,
    lasts,
    parameters: { ...parameters, ...which },
    inject: ({ engine }: WireMachine, values: ValuesOf<P> & ValuesOf<typeof which>) => {
      const { container: of, streams, follow } = values
      const fault = { name, holdsRequest, actOn: (wire: Wire) => actOn(wire, values) }
      return engine.disturbStreams(fault, { container: of, streams, follow })
    },
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its parameters are these and those that say which streams
  return kind as unknown as FaultKind<OptionsOf<P> & StreamOptions, WireMachine>
}
