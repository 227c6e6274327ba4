import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'

/** Lines of raw messages of a stream, by the name of what they come from, in the order in which they are stored. */
export async function streamLines(
  server: string,
  stream: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const connection = await connect({ servers: server, reconnect: false })
  try {
    const manager = await jetstreamManager(connection)
    const lines = new Map<string, string[]>()
    const { state } = await manager.streams.info(stream)
    if (state.messages === 0) return lines
    await manager.consumers.add(stream, { ack_policy: AckPolicy.None, durable_name: READER })
    const consumer = await jetstream(connection).consumers.get(stream, READER)
    const messages = await consumer.consume({ max_messages: 1000 })
    for await (const message of messages) {
      const name = message.headers?.get('Watertight-Name') ?? ''
      const known = lines.get(name) ?? []
      lines.set(name, known)
      known.push(...message.string().split('\n'))
      if (message.info.pending === 0) break
    }
    await messages.close()
    await manager.consumers.delete(stream, READER)
    return lines
  } finally {
    await connection.close()
  }
}

const READER = 'watertight-check'
