import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { UsageError } from '../../reference/usage-error.ts'
import { onPath } from '../docker/on-path.ts'
import { NatsServer } from '../nats/nats-server.ts'

/** A NATS server on the loopback interface with a stream of what is published under `logs.`. Disposing ends it. */
export interface NatsSink extends AsyncDisposable {
  /** Such as `nats://127.0.0.1:4222`. */
  readonly url: string
}

/**
 * Starts `nats-server`.
 * @param onStored is told what the stream stores, in its order: a message that the server knows by its id (`Nats-Msg-Id`) is not stored again
 * @throws UsageError where there is no nats-server
 */
export async function startNatsSink(onStored: (messages: readonly Uint8Array[]) => void): Promise<NatsSink> {
  if (!(await onPath('nats-server')))
    throw new UsageError(
      'Cannot serve NATS: nats-server is not on the PATH; install it, such as by apt-get install nats-server',
    )
  await using opening = new AsyncDisposableStack()
  const server = opening.use(await NatsServer.start())
  const connection = await connect({ servers: server.url })
  opening.defer(() => connection.close())
  const manager = await jetstreamManager(connection)
  await manager.streams.add({ name: STREAM, subjects: ['logs.>'], storage: StorageType.Memory })
  const consumer = await jetstream(connection).consumers.get(STREAM)
  const messages = await consumer.consume({
    callback: (message) => onStored([message.data]),
  })
  opening.defer(async () => void (await messages.close()))
  const opened = opening.move()
  return { url: server.url, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

const STREAM = 'LOGS'
