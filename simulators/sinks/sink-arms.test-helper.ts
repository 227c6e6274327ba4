import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { NodeClock } from '../../reference/adapters/node-clock.ts'
import { UndiciHttpClient } from '../../reference/adapters/undici-http-client.ts'
import type { Clock, HttpClient } from '../../reference/ports/index.ts'
import { World } from '../world.ts'
import { NodeHttpClient } from './node-http-client.test-helper.ts'
import { SimulatedSinkServer } from './over-http/simulated-sink-server.ts'
import { SimulatedHttpClient } from './simulated-http-client.ts'
import { SimulatedSink } from './simulated-sink.ts'
import type { SinkStoreOptions } from './sink-store.ts'

/** A sink, a client of it, and the time both live in. */
export interface SinkArm extends AsyncDisposable {
  readonly sink: SimulatedSink
  readonly client: HttpClient
  /** Where the client finds the sink. */
  readonly origin: string
  readonly clock: Clock
  /** Everything that waits is done in here. */
  run<T>(body: () => Promise<T>): Promise<T>
}

/** The same sink in process and over sockets. */
export const SINK_ARMS: readonly (readonly [string, (options?: SinkStoreOptions) => Promise<SinkArm>])[] = [
  ['in the virtual world', openVirtual],
  ['over HTTP', openOverHttp],
  ['over HTTP on a unix socket', openOnUnixSocket],
]

async function openVirtual(options: SinkStoreOptions = {}): Promise<SinkArm> {
  const world = new World({ seed: 1 })
  const sink = new SimulatedSink(world, options)
  const origin = 'http://sink:3100'
  return {
    sink,
    client: new SimulatedHttpClient(world, { [origin]: sink }),
    origin,
    clock: world.clock,
    run: (body) => world.run(body),
    [Symbol.asyncDispose]: async () => {
      if (world.ledger.size > 0) throw new Error(`Left open: ${world.ledger.list()[0]!.description}`)
    },
  }
}

async function openOverHttp(options: SinkStoreOptions = {}): Promise<SinkArm> {
  const server = await SimulatedSinkServer.listen({ ...options, listen: { port: 0 } })
  const client = new UndiciHttpClient({ owner: 'sinks.test', connections: 8, tls: null })
  return {
    sink: server.sink,
    client,
    origin: server.address,
    clock: new NodeClock(),
    run: (body) => body(),
    [Symbol.asyncDispose]: async () => {
      await client.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

async function openOnUnixSocket(options: SinkStoreOptions = {}): Promise<SinkArm> {
  const directory = await mkdtemp(path.join(tmpdir(), 'sink-'))
  const socketPath = path.join(directory, 'sink.sock')
  const server = await SimulatedSinkServer.listen({ ...options, listen: { socketPath } })
  return {
    sink: server.sink,
    client: new NodeHttpClient(socketPath),
    origin: 'http://sink',
    clock: new NodeClock(),
    run: (body) => body(),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await rm(directory, { recursive: true })
    },
  }
}
