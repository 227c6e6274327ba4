import { STAMP_BYTES } from '../../engine/log/stamp-format.ts'
import { milliseconds, withDefault } from '../parameter.ts'
import { containerFault, type ContainerFaultKind } from './container-fault-kind.ts'

/** Every message carries the stamp of the first. */
export const duplicateStamps: ContainerFaultKind = containerFault({
  name: 'duplicate-stamps',
  description: 'Every message carries the same stamp.',
  parameters: {},
  lasts: true,
  inject: ({ container }) => {
    let first: Uint8Array | null = null
    return container.distortStamps((stamp) => (first ??= stamp))
  },
})

/** Each message's stamp may be older than the one before it. */
export const outOfOrderStamps: ContainerFaultKind<{ readonly byMs?: number | undefined }> = containerFault({
  name: 'out-of-order-stamps',
  description: 'Each stamp is a random time too old, so that their order is not that of the messages.',
  parameters: { byMs: withDefault(milliseconds({ min: 1, max: 86_400_000 }), 5000, '5s') },
  lasts: true,
  inject: ({ container }, { byMs }) => {
    const random = container.random.fork('stamps out of order')
    return container.distortStamps((stamp) => older(stamp, random.integer(0, byMs)))
  },
})

/** The stamp of so many whole milliseconds before. */
function older(stamp: Uint8Array, ms: number): Uint8Array {
  const text = ASCII.decode(stamp)
  const millisecond = new Date(Date.parse(`${text.slice(0, MILLISECOND_CHARACTERS)}Z`) - ms).toISOString()
  return Buffer.from(
    `${millisecond.slice(0, MILLISECOND_CHARACTERS)}${text.slice(MILLISECOND_CHARACTERS, STAMP_BYTES)}`,
  )
}

/** `2026-01-01T00:00:00.000` */
const MILLISECOND_CHARACTERS = 23
const ASCII = new TextDecoder('latin1')
