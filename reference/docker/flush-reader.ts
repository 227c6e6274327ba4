import type { Source } from '../dispatch/block.ts'
import type { Delivery } from './delivery.ts'
import type { ContainerReader } from './reading/container-reader.ts'

/** Nothing will continue what is open in the reader: it becomes records, which are delivered. Rejects with `signal.reason` on abort. */
export async function flushReader(
  reader: ContainerReader,
  source: Source,
  { deliver, whenSaved }: Pick<Delivery, 'deliver' | 'whenSaved'>,
  signal: AbortSignal,
): Promise<void> {
  reader.flush()
  for (;;) {
    for (let block = reader.take(); block !== undefined; block = reader.take()) {
      // eslint-disable-next-line no-await-in-loop -- blocks are delivered in order
      await deliver(block, { signal })
    }
    if (!reader.awaitsSave) return
    // eslint-disable-next-line no-await-in-loop
    await whenSaved(source.id, { signal })
    reader.saved()
  }
}
