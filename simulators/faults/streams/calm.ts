import { defineFault, OVER } from '../define-fault.ts'
import type { FaultKind } from '../fault.ts'
import { container, optional } from '../parameter.ts'
import type { WireMachine } from '../../wire/disturbable-engine.ts'

/** Takes the faults of one container's streams away, or every fault of streams and calls. Streams that broke or ended stay so. */
export const calm: FaultKind<{ readonly container?: string | undefined }, WireMachine> = defineFault({
  name: 'calm',
  target: 'stream',
  description: 'Takes the faults of a container’s streams away, or every fault of streams and calls.',
  parameters: {
    container: optional(container(), 'everything'),
  },
  lasts: false,
  inject: ({ engine }: WireMachine, values) => {
    engine.calm(values.container)
    return OVER
  },
})
