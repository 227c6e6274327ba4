import { jetstream } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { expect, test, vi } from 'vitest'
import { onPath } from '../docker/on-path.ts'
import { startNatsSink } from './nats-sink.ts'

test.skipIf(!(await onPath('nats-server')))(
  'what the stream stores of what is published has come: once where it has an id, whoever published it',
  async () => {
    const lines: string[] = []
    await using sink = await startNatsSink((messages) =>
      lines.push(...messages.map((message) => Buffer.from(message).toString())),
    )
    const connection = await connect({ servers: sink.url })
    connection.publish('logs.web', 'plain')
    const stream = jetstream(connection)
    await stream.publish('logs.web', 'first', { msgID: 'a' })
    await stream.publish('logs.web', 'first', { msgID: 'a' })
    await stream.publish('logs.db.1', 'second', { msgID: 'b' })
    connection.publish('other.web', 'no log')
    await connection.close()
    await vi.waitFor(() => expect(lines).toHaveLength(3))
    expect(lines).toEqual(['plain', 'first', 'second'])
  },
)
