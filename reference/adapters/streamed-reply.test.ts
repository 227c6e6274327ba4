import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Route } from '../ports/http-server.ts'
import { FastifyHttpServer } from './fastify-http-server.ts'
import { NodeDiagnostics } from './node-diagnostics.ts'

const WAIT = { timeout: 20_000, interval: 5 }

async function serve(
  pieces: AsyncIterable<Uint8Array>,
  signal = new AbortController().signal,
): Promise<number> {
  const route: Route = {
    method: 'GET',
    path: '/',
    handle: () => ({ status: 200, contentType: 'application/json', body: '', stream: { pieces, signal } }),
  }
  const server = await new FastifyHttpServer().listen({ host: '127.0.0.1', port: 0 }, [route])
  onTestFinished(() => server.close())
  return server.address.port
}

/** Pieces without end, and whether whoever took them has ended them. */
class Endless implements AsyncIterable<Uint8Array> {
  ended = false

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        yield new Uint8Array(65_536).fill(97)
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await new Promise((resolve) => void setTimeout(resolve, 1))
      }
    } finally {
      this.ended = true
    }
  }
}

test('a heap snapshot of the process arrives whole', async () => {
  const port = await serve(new NodeDiagnostics().heapSnapshot())
  const reply = await fetch(`http://127.0.0.1:${port}/`)
  const text = await reply.text()
  expect(text.startsWith('{"snapshot":')).toBe(true)
  expect(text.trimEnd().endsWith('}')).toBe(true)
})

test('what is sent to a client that goes away is ended', async () => {
  const source = new Endless()
  const port = await serve(source)
  const client = connect(port, '127.0.0.1')
  client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(client, 'data')
  client.destroy()
  await vi.waitFor(() => expect(source.ended).toBe(true), WAIT)
})

test('an abort cuts the connection of a client that does not read', async () => {
  const source = new Endless()
  const controller = new AbortController()
  const port = await serve(source, controller.signal)
  const client = connect(port, '127.0.0.1')
  onTestFinished(() => void client.destroy())
  client.on('error', () => {})
  client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(client, 'readable')
  controller.abort(new Error('it took too long'))
  client.resume()
  await once(client, 'close')
  await vi.waitFor(() => expect(source.ended).toBe(true), WAIT)
})
