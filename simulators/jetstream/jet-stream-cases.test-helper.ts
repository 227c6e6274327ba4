import { expect, onTestFinished, test } from 'vitest'
import type {
  JetStream,
  JetStreamConnection,
  OutgoingMessage,
  StreamSettings,
} from '../../reference/ports/index.ts'

/** A server to run the cases against: the simulated one, or a real one. */
export interface JetStreamArm {
  readonly jetStream: JetStream
  readonly server: string
  /** Lets time pass until it settles, where time has to be made to pass. */
  run<T>(operation: () => Promise<T>): Promise<T>
  /** Lets so many milliseconds pass. */
  sleep(ms: number): Promise<void>
  /** Ends the server as `kill -9` does. */
  kill(): Promise<void>
  /** Starts it on what it has kept. */
  restart(): Promise<void>
}

/** The shortest that nats-server 2.9 takes. */
const WINDOW_MS = 100
const never = new AbortController().signal
const SETTINGS: StreamSettings = {
  name: 'LOGS',
  subjects: ['logs.>'],
  storage: 'file',
  replicas: 1,
  maxBytes: null,
  maxAgeMs: null,
  discard: 'old',
  duplicateWindowMs: WINDOW_MS,
}

/** What the sink relies on, of a JetStream server and of the port to it. */
export function jetStreamCases(open: () => Promise<JetStreamArm>): void {
  async function connected(): Promise<{ arm: JetStreamArm; connection: JetStreamConnection }> {
    const arm = await open()
    return { arm, connection: await connect(arm) }
  }

  async function withStream(
    settings: Partial<StreamSettings> = {},
  ): Promise<{ arm: JetStreamArm; connection: JetStreamConnection }> {
    const opened = await connected()
    const { arm, connection } = opened
    await arm.run(() => connection.createStream({ ...SETTINGS, ...settings }, { signal: never }))
    return opened
  }

  test('a stream is made once, and its settings are told; of one that is not there nothing is', async () => {
    const { arm, connection } = await connected()
    const info = (): Promise<unknown> => arm.run(() => connection.streamInfo('LOGS', { signal: never }))
    expect(await info()).toBeNull()
    await arm.run(() => connection.createStream(SETTINGS, { signal: never }))
    await arm.run(() => connection.createStream(SETTINGS, { signal: never }))
    expect(await info()).toEqual({ subjects: ['logs.>'], maxMessageBytes: null })
  })

  test('sequences count the messages of all subjects, and each is stored behind the last of its own', async () => {
    const { arm, connection } = await withStream()
    const publish = (message: Partial<OutgoingMessage>): Promise<unknown> =>
      arm.run(() => connection.publish(messageOf(message), { signal: never }))
    expect(await publish({ id: 'a0' })).toEqual({ sequence: 1, duplicate: false })
    expect(await publish({ id: 'b0', subject: 'logs.b' })).toEqual({ sequence: 2, duplicate: false })
    expect(await publish({ id: 'a1', expectedLastSubjectSequence: 1 })).toEqual({
      sequence: 3,
      duplicate: false,
    })
    await expect(publish({ id: 'a2', expectedLastSubjectSequence: 1 })).rejects.toMatchObject({
      code: 'wrong_last_sequence',
    })
  })

  test('an id within the window is not stored again, whatever sequence is expected; behind the window it is', async () => {
    const { arm, connection } = await withStream()
    const publish = (expectedLastSubjectSequence: number): Promise<unknown> =>
      arm.run(() =>
        connection.publish(messageOf({ id: 'a0', expectedLastSubjectSequence }), { signal: never }),
      )
    await publish(0)
    expect(await publish(77)).toEqual({ sequence: 1, duplicate: true })
    await arm.sleep(WINDOW_MS * 3)
    await expect(publish(77)).rejects.toMatchObject({ code: 'wrong_last_sequence' })
    expect(await publish(1)).toEqual({ sequence: 2, duplicate: false })
  })

  test('messages of a subject are read from a sequence on, one by one, and the last of it', async () => {
    const { arm, connection } = await withStream()
    for (const [id, subject, last] of [
      ['a0', 'logs.a', 0],
      ['b0', 'logs.b', 0],
      ['a1', 'logs.a', 1],
    ] as const) {
      const message = messageOf({
        id,
        subject,
        expectedLastSubjectSequence: last,
        headers: { 'Watertight-Check': id },
      })
      // eslint-disable-next-line no-await-in-loop -- in their order
      await arm.run(() => connection.publish(message, { signal: never }))
    }
    const next = (from: number): Promise<unknown> =>
      arm.run(() => connection.nextMessage({ stream: 'LOGS', subject: 'logs.a', from }, { signal: never }))
    expect(await next(1)).toMatchObject({ sequence: 1, id: 'a0', headers: { 'Watertight-Check': 'a0' } })
    expect(await next(2)).toMatchObject({ sequence: 3, id: 'a1' })
    expect(await next(4)).toBeNull()
    const last = (subject: string): Promise<unknown> =>
      arm.run(() => connection.lastMessage({ stream: 'LOGS', subject }, { signal: never }))
    expect(await last('logs.a')).toMatchObject({ sequence: 3, id: 'a1' })
    expect(await last('logs.c')).toBeNull()
  })

  test('a subject that no stream takes, another stream, and a stream that is not there are told apart', async () => {
    const { arm, connection } = await withStream()
    const publish = (message: Partial<OutgoingMessage>): Promise<unknown> =>
      arm.run(() => connection.publish(messageOf(message), { signal: never }))
    await expect(publish({ subject: 'nowhere.a' })).rejects.toMatchObject({ code: 'no_responders' })
    await expect(publish({ stream: 'OTHER' })).rejects.toMatchObject({ code: 'wrong_stream' })
    const ask = arm.run(() =>
      connection.lastMessage({ stream: 'OTHER', subject: 'logs.a' }, { signal: never }),
    )
    await expect(ask).rejects.toMatchObject({ code: 'no_stream' })
  })

  test('a message that is too large, and a stream that is full, store nothing', async () => {
    const { arm, connection } = await withStream({ maxBytes: 2000, discard: 'new' })
    const publish = (size: number, id: string, last: number): Promise<unknown> =>
      arm.run(() =>
        connection.publish(
          messageOf({ id, payload: new Uint8Array(size), expectedLastSubjectSequence: last }),
          { signal: never },
        ),
      )
    await expect(publish(connection.maxMessageBytes + 1, 'a', 0)).rejects.toMatchObject({ code: 'too_large' })
    await publish(900, 'b', 0)
    await expect(publish(1200, 'c', 1)).rejects.toMatchObject({ code: 'full' })
  })

  test('a server that is killed ends its connections, keeps what it acknowledged, and is connected to again', async () => {
    const { arm, connection } = await withStream()
    await arm.run(() => connection.publish(messageOf({ id: 'a0' }), { signal: never }))
    await arm.kill()
    await expect(
      arm.run(() => connection.publish(messageOf({ id: 'a1' }), { signal: never })),
    ).rejects.toMatchObject({ code: 'unavailable' })
    expect(connection.isOpen).toBe(false)
    await expect(connect(arm)).rejects.toMatchObject({ code: 'unavailable' })
    await arm.restart()
    const again = await connect(arm)
    const place = { stream: 'LOGS', subject: 'logs.a' }
    expect(await arm.run(() => again.lastMessage(place, { signal: never }))).toMatchObject({ id: 'a0' })
  })

  test('a call that is aborted rejects at once with the reason, and one on a closed connection is refused', async () => {
    const { arm, connection } = await withStream()
    const controller = new AbortController()
    const publish = arm.run(async () => {
      const sent = connection.publish(messageOf({ id: 'a0' }), controller)
      controller.abort(new Error('enough'))
      await sent
    })
    await expect(publish).rejects.toThrow('enough')
    connection.close()
    await expect(arm.run(() => connection.streamInfo('LOGS', { signal: never }))).rejects.toMatchObject({
      code: 'unavailable',
    })
  })
}

async function connect(arm: JetStreamArm): Promise<JetStreamConnection> {
  const target = { servers: [arm.server], clientName: 'test', credentials: {}, tls: null }
  const connection = await arm.run(() => arm.jetStream.connect(target, { signal: never }))
  onTestFinished(() => connection.close())
  return connection
}

function messageOf(given: Partial<OutgoingMessage>): OutgoingMessage {
  return {
    subject: 'logs.a',
    stream: 'LOGS',
    id: 'id',
    expectedLastSubjectSequence: 0,
    headers: {},
    payload: Buffer.from('hello'),
    ...given,
  }
}
