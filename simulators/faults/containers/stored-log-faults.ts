import { OVER } from '../define-fault.ts'
import { wholeNumber, withDefault } from '../parameter.ts'
import { containerFault, type ContainerFaultKind } from './container-fault-kind.ts'

/**
 * One stored record becomes NULs, as after a loss of power. What a reader makes of it depends on the engine ({@link SpoiltRecord}); what lies behind it
 * is there for who asks for a `tail` that begins behind it.
 */
export const spoiltRecord: ContainerFaultKind<{ readonly back?: number | undefined }> = containerFault({
  name: 'spoilt-record',
  description: 'One stored record becomes NULs; which, is counted from the last one stored.',
  parameters: { back: withDefault(wholeNumber({ min: 1, max: 1_000_000_000 }), 1) },
  lasts: false,
  inject: ({ container }, { back }) => {
    container.log.spoil(back)
    return OVER
  },
})

/** Somebody empties the file the engine writes the log to, to get room; older files stay. */
export const emptiedLog: ContainerFaultKind = containerFault({
  name: 'emptied-log',
  description: 'Somebody empties the file that the engine stores the log in; files that were rotated stay.',
  parameters: {},
  lasts: false,
  inject: ({ container }) => {
    container.log.empty()
    return OVER
  },
})
