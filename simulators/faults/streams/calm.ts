import { defineFault, OVER } from '../define-fault.ts'
import type { FaultKind } from '../fault.ts'
import { container, optional } from '../parameter.ts'
import type { EngineMachine } from './stream-fault-kind.ts'

/** Takes the faults of one container's streams away, or every fault of streams and calls. Streams that broke or ended stay so. */
export const calm: FaultKind<{ readonly container?: string | undefined }, EngineMachine> = defineFault({
  name: 'calm',
  target: 'stream',
  description: 'Takes the faults of a container’s streams away, or every fault of streams and calls.',
  parameters: {
    container: optional(container(), 'everything'),
  },
  lasts: false,
  inject: ({ engine }: EngineMachine, values) => {
    engine.calm(values.container)
    return OVER
  },
})
