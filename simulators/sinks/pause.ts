import type { Host } from '../world/host.ts'
import type { SinkExchange } from './sink-exchange.ts'

/** Lets so many milliseconds pass, fewer when the exchange is over before. */
export async function pause(host: Host, exchange: SinkExchange, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const event = host.schedule(ms, 'slow sink', resolve)
  using _over = exchange.onOver(resolve)
  await promise
  event.cancel()
}
