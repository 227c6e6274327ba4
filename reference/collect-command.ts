import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Command } from 'commander'
import { readEngineTls, type EngineTls } from './adapters/engine/engine-tls.ts'
import { HttpDockerEngine } from './adapters/engine/http-docker-engine.ts'
import { FastifyHttpServer } from './adapters/fastify-http-server.ts'
import { gunzip } from './adapters/gunzip.ts'
import { NodeClock } from './adapters/node-clock.ts'
import { NodeDiagnostics } from './adapters/node-diagnostics.ts'
import { NodeFileSystem } from './adapters/node-file-system.ts'
import { NodeProcess } from './adapters/node-process.ts'
import { NodeRandom } from './adapters/node-random.ts'
import { pinoLogger } from './adapters/pino-logger.ts'
import { watchProcess } from './adapters/process-watch.ts'
import { acquireStateLock } from './adapters/state-lock.ts'
import { stdoutWriter } from './adapters/stdout-writer.ts'
import { UndiciHttpClient } from './adapters/undici-http-client.ts'
import type { CollectorConfig } from './config/config.ts'
import { assertEnoughDescriptors } from './config/descriptors.ts'
import { printConfig } from './config/documents/print-config.ts'
import { loadConfig, readConfigText } from './config/load-config.ts'
import { readConfig } from './config/parse-config.ts'
import { createCollector, type Collector, type CollectorExtensions } from './main.ts'
import type { JetStream, Logger, Ports } from './ports/index.ts'

/** `watertight collect`: the reference collector, until SIGTERM or SIGINT; SIGHUP has it read its configuration again and open its files anew. */
export function registerCollectCommand(program: Command): void {
  program
    .command('collect')
    .description('run the reference collector until SIGTERM or SIGINT')
    .option('--config <file>', 'its configuration in YAML (default: the defaults of every key)')
    .option('--check', 'only say whether the configuration can be used')
    .option('--print', 'only print the complete configuration as YAML, without its secrets')
    .action(async ({ config: file, check, print }: CollectOptions) => {
      const { text, options } = await readConfigText(file, {
        fileSystem: new NodeFileSystem(),
        env: process.env,
      })
      const { config, said } = readConfig(text, options)
      if (print) return void process.stdout.write(printConfig(said))
      if (check) return void process.stdout.write(`${options.file}: the configuration can be used\n`)
      const passed = await collect(config, file)
      // Whatever a missed deadline left behind must not keep the process.
      process.exit(passed ? 0 : 1)
    })
}

interface CollectOptions {
  readonly config?: string
  readonly check?: boolean
  readonly print?: boolean
}

/**
 * Runs a collector until it is asked to stop, and drains it.
 * @param file its configuration, which is read again when it is asked for
 * @returns false when something did not end in time or went wrong; the log names it.
 * @throws UsageError when the state directory or an address is in use, or something else cannot be had that the configuration names.
 */
async function collect(config: CollectorConfig, file: string | undefined): Promise<boolean> {
  await assertEnoughDescriptors(config, new NodeProcess())
  const { tls } = config.containerMonitor
  const engineTls = tls === null ? null : await readEngineTls(tls)
  const logger = pinoLogger(config.logLevel)
  using watch = watchProcess(logger)
  try {
    const lock = await acquireStateLock(config.stateDir)
    try {
      const collector = productionCollector(config, logger, engineTls, {
        ...(file !== undefined && { readConfig: () => readAgain(file) }),
        onReloaded: ({ logLevel }) => void (logger.level = logLevel),
      })
      collector.metrics.mirrorDroppedLogLines(() => logger.dropped)
      watch.onHangUp(() => void hungUp(collector, { logger, hasFile: file !== undefined }))
      const drained = await runUntil(watch.end, collector, logger)
      return drained && !watch.failed
    } finally {
      await lock.release()
    }
  } finally {
    await logger.flush(FLUSH_DEADLINE_MS)
  }
}

/** What SIGHUP asks for: other settings, and files opened anew. */
async function hungUp(collector: Collector, how: { logger: Logger; hasFile: boolean }): Promise<void> {
  if (how.hasFile) await collector.reload()
  await reopen(collector, how.logger)
}

/** @throws UsageError when it cannot be used any more */
async function readAgain(file: string): Promise<CollectorConfig> {
  const config = await loadConfig(file, { fileSystem: new NodeFileSystem(), env: process.env })
  await assertEnoughDescriptors(config, new NodeProcess())
  return config
}

/** What whoever moved the files away asks for. */
async function reopen(collector: Collector, logger: Logger): Promise<void> {
  try {
    await collector.reopen()
    logger.info({}, 'Files are opened anew')
  } catch (error) {
    logger.error({ err: error }, 'Files could not be opened anew')
  }
}

/** How long the last lines of the log are waited for when nobody reads them. */
const FLUSH_DEADLINE_MS = 1000

/** The collector on the real machine: clock, files, engine and listeners are its own. */
export function productionCollector(
  config: CollectorConfig,
  logger: Logger,
  tls: EngineTls | null = null,
  extensions: CollectorExtensions = {},
): Collector {
  const engine = new HttpDockerEngine(config.containerMonitor.socketPath, tls)
  const ports: Ports = {
    clock: new NodeClock(),
    random: new NodeRandom(),
    fileSystem: new NodeFileSystem({ logger }),
    engine,
    http: new FastifyHttpServer({ logger }),
    process: new NodeProcess(),
    diagnostics: new NodeDiagnostics(),
    logger,
    gunzip,
    jetStream: natsJetStream,
    gzip: promisify<Uint8Array, Uint8Array>(gzip),
    snappy: compressSnappy,
    httpClient: (options) => new UndiciHttpClient(options),
    stdout: stdoutWriter(process.stdout),
  }
  const collector = createCollector(config, ports, extensions)
  collector.metrics.mirrorConnections(() => engine.connections())
  return collector
}

/** Loaded where it is used, as what follows: each takes some ten megabytes, and most collectors use neither. */
const natsJetStream: JetStream = {
  async connect(target, options) {
    const { NatsJetStream } = await import('./adapters/nats-jet-stream.ts')
    return await new NatsJetStream().connect(target, options)
  },
}

async function compressSnappy(bytes: Uint8Array): Promise<Uint8Array> {
  const { compress } = await import('snappy')
  // A view of a larger buffer would be taken for all of it only where it is no Buffer.
  return await compress(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

/** @returns whether everything ended in time. */
async function runUntil(end: Promise<void>, collector: Collector, logger: Logger): Promise<boolean> {
  const started = collector.start().then(() => logger.info({}, 'The collector runs'))
  let asked = false
  await Promise.race([started.then(() => end), end.then(() => (asked = true))])
  const { elapsedMs, missed } = await collector.stop()
  // A start that was cut short by the stop rejects; that is no failure.
  await started.catch((error: unknown) => {
    if (!asked) throw error
  })
  if (missed.length === 0) {
    logger.info({ elapsedMs }, 'The collector stopped')
    return true
  }
  const names = missed.map(({ step, why }) => `${step} (${why})`).join(', ')
  logger.error({ elapsedMs, missed }, `The collector stopped, but not all of it: ${names}`)
  return false
}
