import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import { defineFault, type Definitions, type OptionsOf, type ValuesOf } from '../define-fault.ts'
import type { FaultKind } from '../fault.ts'
import { container } from '../parameter.ts'
import type { EngineMachine } from '../streams/stream-fault-kind.ts'

export interface ContainerOption {
  /** Id, prefix of an id, or name. */
  readonly container: string
}

/** Something that happens to a container. */
export type ContainerFaultKind<Options = object> = FaultKind<Options & ContainerOption, EngineMachine>

interface ContainerFaultDefinition<P> {
  readonly name: string
  readonly description: string
  readonly parameters: P
  readonly lasts: boolean
  readonly inject: (
    machine: EngineMachine & { readonly container: SimulatedContainer },
    values: ValuesOf<P>,
  ) => Disposable
}

/** Defines something that happens to a container: the parameter that says which comes with it. */
export function containerFault<P extends Definitions>({
  inject,
  parameters,
  ...definition
}: ContainerFaultDefinition<P>): FaultKind<OptionsOf<P> & ContainerOption, EngineMachine> {
  const which = { container: container() }
  const kind = defineFault({
    ...definition,
    target: 'container',
    parameters: { ...which, ...parameters },
    inject: ({ engine }: EngineMachine, values: ValuesOf<P> & ValuesOf<typeof which>) =>
      inject({ engine, container: engine.present(values.container) }, values),
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its parameters are these and the one that says which container
  return kind as unknown as FaultKind<OptionsOf<P> & ContainerOption, EngineMachine>
}
