import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { compress } from 'snappy'
import { expect, onTestFinished, test } from 'vitest'
import { RecordingLogger } from '../../simulators/index.ts'
import { SimulatedLoki } from '../../simulators/sinks/loki/simulated-loki.ts'
import { SimulatedOtlp } from '../../simulators/sinks/otlp/simulated-otlp.ts'
import { SimulatedSinkServer } from '../../simulators/sinks/over-http/simulated-sink-server.ts'
import type { SinkStoreOptions } from '../../simulators/sinks/sink-store.ts'
import { NodeClock } from '../adapters/node-clock.ts'
import { NodeFileSystem } from '../adapters/node-file-system.ts'
import { NodeProcess } from '../adapters/node-process.ts'
import { NodeRandom } from '../adapters/node-random.ts'
import { UndiciHttpClient } from '../adapters/undici-http-client.ts'
import { completeConfig, type PartialConfig } from '../config/complete-config.ts'
import type { SinksConfig } from '../config/config.ts'
import type { Sink, WriteAnswer } from '../dispatch/sink.ts'
import { TaskRegistry } from '../lifecycle/task-registry.ts'
import { Metrics } from '../metrics/metrics.ts'
import { blockOf, sourceOf } from './blocks.test-helper.ts'
import { makeSinks } from './make-sinks.ts'
import type { SinkContext } from './sink-definition.ts'

const source = sourceOf('a'.repeat(64))

/** The sink on real sockets, and a service that listens on one. */
async function connect(store: SinkStoreOptions, config: (origin: string) => PartialConfig<SinksConfig>) {
  const server = await SimulatedSinkServer.listen({ ...store, listen: { port: 0 } })
  const clock = new NodeClock()
  const tasks = new TaskRegistry(clock)
  const process = new NodeProcess()
  const context = {
    clock,
    random: new NodeRandom(),
    fileSystem: new NodeFileSystem(),
    process,
    logger: new RecordingLogger(() => clock.monotonic()),
    gzip: promisify<Uint8Array, Uint8Array>(gzip),
    snappy: (bytes: Uint8Array) => compress(Buffer.from(bytes)),
    httpClient: (options) => new UndiciHttpClient(options),
    stdout: async () => {},
    tasks,
    metrics: new Metrics({ clock, tasks, process, slots: { capacity: 1, active: 0 } }),
  } satisfies Partial<SinkContext>
  const { sinks } = completeConfig({ sinks: { localFile: { enabled: false }, ...config(server.address) } })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of what is left out these sinks use nothing
  const sink = makeSinks(sinks, context as unknown as SinkContext)[0]!
  onTestFinished(async () => {
    await sink.close()
    await server[Symbol.asyncDispose]()
  })
  return { sink, server }
}

function write(sink: Sink): Promise<WriteAnswer> {
  const time = BigInt(Date.now()) * 1_000_000n
  const records = ['one', 'two'].map((line) => ({ line: Buffer.from(line), stream: 1, time }))
  const blocks = [blockOf(source, records)]
  return sink.write(
    { parts: [{ source, blocks, mark: undefined }], records: 2, bytes: 8 },
    { signal: new AbortController().signal },
  )
}

test.each(['protobuf', 'json'] as const)(
  'pushes in %s reach Loki over a socket, and its words come back',
  async (encoding) => {
    const loki = new SimulatedLoki({ tenant: 'team', maxLineBytes: 1 })
    const { sink, server } = await connect(loki.storeOptions, (origin) => ({
      loki: {
        enabled: true,
        url: `${origin}/loki/api/v1/push`,
        tenant: 'team',
        encoding,
        labels: ['container_name'],
      },
    }))
    expect(await write(sink)).toMatchObject({ kind: 'partly', refused: [{ record: 0 }, { record: 1 }] })
    using fault = server.sink.inject({ kind: 'accepts-then-fails', with: 'reset' }, { times: 1 })
    expect(await write(sink)).toMatchObject({ kind: 'again', of: 'sink' })
    fault[Symbol.dispose]()
  },
)

test.each(['protobuf', 'json'] as const)(
  'exports in %s reach a receiver of OTLP over a socket',
  async (encoding) => {
    const otlp = new SimulatedOtlp()
    const { sink } = await connect(otlp.storeOptions, (origin) => ({
      otlp: { enabled: true, url: `${origin}/v1/logs`, encoding },
    }))
    expect(await write(sink)).toMatchObject({ kind: 'stored' })
    expect(otlp.linesOf(source.id)).toEqual(['one', 'two'])
  },
)
