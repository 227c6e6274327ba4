import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import protobuf from 'protobufjs'
import { compressSync } from 'snappy'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSinkServer } from './sink-server.ts'

async function served(): Promise<
  { url: string; syslogPort: number; text: () => Promise<string> } & AsyncDisposable
> {
  const directory = await mkdtemp(path.join(tmpdir(), 'sink-server-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = path.join(directory, 'requests.log')
  const sink = await startSinkServer(file)
  return {
    url: sink.url,
    syslogPort: sink.syslogPort,
    text: () => readFile(file, 'utf8'),
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  }
}

/** As Loki's and OTLP's own clients send them: Protobuf, which a library of others makes. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Push { repeated Stream streams = 1; }
  message Stream { string labels = 1; repeated Entry entries = 2; }
  message Entry { Time timestamp = 1; string line = 2; }
  message Time { int64 seconds = 1; int32 nanos = 2; }
  message Export { repeated ResourceLogs resource_logs = 1; }
  message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
  message Resource { string unused = 9; }
  message ScopeLogs { repeated LogRecord log_records = 2; }
  message LogRecord { fixed64 time_unix_nano = 1; AnyValue body = 5; }
  message AnyValue { string string_value = 1; }
`)

function encode(type: string, value: object): Uint8Array<ArrayBuffer> {
  const message = root.lookupType(type)
  return Uint8Array.from(message.encode(message.fromObject(value)).finish())
}

describe('a push to Loki is its lines', () => {
  test('in Protobuf and snappy, as Alloy sends it', async () => {
    await using sink = await served()
    const entries = ['first', 'second'].map((line) => ({ timestamp: { seconds: 1, nanos: 2 }, line }))
    const body = Uint8Array.from(
      compressSync(Buffer.from(encode('Push', { streams: [{ labels: '{a="b"}', entries }] }))),
    )
    const headers = { 'content-type': 'application/x-protobuf' }
    const { status } = await fetch(`${sink.url}/loki/api/v1/push`, { method: 'POST', headers, body })
    expect(status).toBe(204)
    expect(await sink.text()).toBe('first\nsecond\n')
  })

  test('in JSON and gzip', async () => {
    await using sink = await served()
    const body = gzipSync(JSON.stringify({ streams: [{ stream: { a: 'b' }, values: [['1', 'first']] }] }))
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    await fetch(`${sink.url}/loki/api/v1/push?x=1`, { method: 'POST', headers, body })
    expect(await sink.text()).toBe('first\n')
  })

  test('and one that cannot be read is refused, and stored in no part', async () => {
    await using sink = await served()
    const { status } = await fetch(`${sink.url}/loki/api/v1/push`, { method: 'POST', body: 'no push' })
    expect(status).toBe(400)
    expect(await sink.text()).toBe('')
  })
})

describe('an export of OTLP is the bodies of its records', () => {
  const records = { scopeLogs: [{ logRecords: [{ timeUnixNano: 1, body: { stringValue: 'first' } }] }] }

  test.each([
    ['with a resource', { resource: {}, ...records }],
    ['without one', records],
  ])('in Protobuf and gzip, as its Collector sends it, %s', async (_, resourceLogs) => {
    await using sink = await served()
    const body = Uint8Array.from(gzipSync(encode('Export', { resourceLogs: [resourceLogs] })))
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }
    const response = await fetch(`${sink.url}/v1/logs`, { method: 'POST', headers, body })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/x-protobuf')
    expect(await response.bytes()).toHaveLength(0)
    expect(await sink.text()).toBe('first\n')
  })

  test('in JSON', async () => {
    await using sink = await served()
    const body = JSON.stringify({ resourceLogs: [{ resource: { attributes: [] }, ...records }] })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${sink.url}/v1/logs`, { method: 'POST', headers, body })
    expect(await response.json()).toEqual({})
    expect(await sink.text()).toBe('first\n')
  })
})

test('any other body that is in gzip is unpacked', async () => {
  await using sink = await served()
  const headers = { 'content-encoding': 'gzip' }
  await fetch(`${sink.url}/push`, { method: 'POST', headers, body: gzipSync('first') })
  expect(await sink.text()).toBe('first\n')
})

/** Whatever it ends by. */
function closed(client: Socket): Promise<void> {
  client.on('error', () => undefined)
  return new Promise((resolve) => void client.once('close', () => resolve()))
}

describe('syslog', () => {
  test('is its messages, in whichever framing, each a line', async () => {
    await using sink = await served()
    connect(sink.syslogPort, '127.0.0.1').end('<14>1 - - - - - - first\n28 <14>1 - - - - - - second\n---')
    await expect.poll(() => sink.text()).toBe('<14>1 - - - - - - first\n<14>1 - - - - - - second\n---\n')
  })

  test('is taken up to where something else comes, which is cut off', async () => {
    await using sink = await served()
    const client = connect(sink.syslogPort, '127.0.0.1')
    client.write('<14>first\nno syslog\n')
    await closed(client)
    expect(await sink.text()).toBe('<14>first\n')
  })

  test('that is being sent does not keep the sink from ending', async () => {
    const sink = await served()
    const client = connect(sink.syslogPort, '127.0.0.1')
    await once(client, 'connect')
    client.write('<14>1')
    const gone = closed(client)
    await sink[Symbol.asyncDispose]()
    await gone
  })
})

test('the body of every other request is a line of the file once it was answered', async () => {
  await using sink = await served()
  await fetch(`${sink.url}/push`, { method: 'POST', body: 'first' })
  const { status } = await fetch(sink.url, { method: 'PUT', body: 'second\nthird' })
  expect(status).toBe(204)
  expect(await sink.text()).toBe('first\nsecond\nthird\n')
})
