import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../config/parse-config.ts'

function parse(keys: string): unknown {
  const text = `sinks:\n  jetstream:\n${keys.replace(/^/gm, '    ')}\n`
  return parseConfig(text, { file: 'c.yaml', env: {} }).sinks.jetStream
}

describe('the section sinks.jetstream', () => {
  test('is off, and has a server, a stream and a prefix by default', () => {
    expect(parse('format: json')).toMatchObject({
      enabled: false,
      servers: ['nats://127.0.0.1:4222'],
      stream: 'LOGS',
      subjectPrefix: 'logs',
      format: 'json',
      recordsPerMessage: 1,
      tls: null,
      createStream: null,
    })
  })

  test('says how a stream is made, and with which files', () => {
    expect(
      parse(`
servers: [nats-1:4222, 'tls://nats-2', 'nats://[::1]:4222']
create_stream: { enabled: true, replicas: 3, max_age: 720h, max_bytes: 10GiB }
tls: { enabled: true, ca: /etc/ca.pem }
auth: { user: collector, password_file: /etc/password }
`),
    ).toMatchObject({
      createStream: {
        storage: 'file',
        replicas: 3,
        maxAgeMs: 2_592_000_000,
        maxBytes: 10 * 2 ** 30,
        discard: 'old',
      },
      tls: { ca: '/etc/ca.pem', verify: true },
      auth: { user: 'collector', passwordFile: '/etc/password' },
    })
  })

  test.for([
    ['servers: []', 'a list of servers that is not empty'],
    [
      'servers: ["nats://user:secret@nats:4222"]',
      'host:port, nats://host:port or tls://host:port, without a user',
    ],
    ['stream: my.logs', 'letters, digits, _ and -'],
    ['subject_prefix: logs.>', 'tokens of letters, digits, _ and -'],
    ['records_per_message: 0', 'a whole number from 1 to 10000'],
    ['tls: { enabled: true, cert: /etc/cert.pem }', 'cert and key, both or none'],
    ['create_stream: { duplicate_window: 50ms }', 'a duration from 100ms to 24h'],
    ['create_stream: { replicas: 9 }', 'a whole number from 1 to 5'],
  ] as const)('%s is refused: allowed is %s', ([keys, allowed]) => {
    expect(() => parse(keys)).toThrow(allowed)
  })
})
