import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { readTlsFiles, type TlsFiles } from '../reference/adapters/tls-files.ts'
import { messageOf } from '../reference/errors.ts'
import { UsageError } from '../reference/usage-error.ts'
import {
  EngineProxy,
  parseEngineAddress,
  parseScenario,
  playTimeline,
  PROXY_FAULTS,
  scenarioJsonSchema,
  type Scenario,
  type WireMachine,
} from '../simulators/index.ts'
import { usualHosts } from './docker/docker-host.ts'
import { faultsJson, faultsText } from './fault-list.ts'
import { onInterruption } from './interruption.ts'
import { parseListenAddress } from './listen-address.ts'
import { createRecording } from './recording-file.ts'

interface ProxyOptions {
  readonly upstream: string
  readonly tlsCa?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsVerify: boolean
  readonly listen?: string
  readonly listenCert?: string
  readonly listenKey?: string
  readonly listenCa?: string
  readonly scenario?: string
  readonly record?: string
  readonly listFaults?: true
  readonly json?: true
  readonly scenarioSchema?: true
}

/** `watertight proxy`: faults in front of a real engine, for any client. */
export function registerProxyCommand(program: Command): void {
  program
    .command('proxy')
    .description(
      'stand before a real Docker daemon until interrupted: what passes unharmed passes byte for byte',
    )
    .option('--upstream <address>', 'the daemon: unix:///path or tcp://host:port', usualHosts()[0])
    .option('--tls-ca <file>', 'TLS to the daemon: the authority (PEM) that signed its certificate')
    .option('--tls-cert <file>', 'TLS to the daemon: the certificate (PEM) to show it')
    .option('--tls-key <file>', 'TLS to the daemon: the key (PEM) of that certificate')
    .option('--no-tls-verify', 'TLS to the daemon, whatever certificate it has')
    .option('--listen <address>', 'unix:///path, or tcp://127.0.0.1:port, 0 for any')
    .option('--listen-cert <file>', 'TLS to clients: the certificate (PEM) to show them')
    .option('--listen-key <file>', 'TLS to clients: the key (PEM) of that certificate')
    .option('--listen-ca <file>', 'TLS to clients: only those that show a certificate of this authority')
    .option('--scenario <file>', 'faults on a time line (YAML), from the start on')
    .option('--record <file>', 'keep what passes, for "dockerd --replay"; the file must not be there')
    .option('--list-faults', 'print what can go wrong here, and exit')
    .option('--json', 'with --list-faults: print one JSON object')
    .option('--scenario-schema', 'print the JSON Schema of scenario files, and exit')
    .action(async (options: ProxyOptions) => {
      if (options.listFaults === true) {
        process.stdout.write(options.json === true ? faultsJson(PROXY_FAULTS) : faultsText(PROXY_FAULTS))
      } else if (options.scenarioSchema === true) {
        process.stdout.write(`${JSON.stringify(scenarioJsonSchema(PROXY_FAULTS), null, 2)}\n`)
      } else await serve(options)
    })
}

async function serve(options: ProxyOptions): Promise<void> {
  if (options.listen === undefined) {
    throw new UsageError('Cannot listen: give --listen unix:///path or tcp://127.0.0.1:port')
  }
  const scenario = await scenarioOf(options.scenario)
  const upstreamTls = await upstreamTlsOf(options)
  const listenTls = await listenTlsOf(options)
  checkUpstream(options.upstream, upstreamTls)
  using interruption = onInterruption()
  // Who may connect may do anything on the engine's machine.
  process.umask(0o177)
  using recording =
    options.record === undefined ? null : createRecording(options.record, options.upstream, recordingFailed)
  await using proxy = await listen(options.upstream, options.listen, {
    seed: scenario.seed,
    ...(upstreamTls !== null && { upstreamTls }),
    ...(listenTls !== null && { listenTls }),
    ...(recording !== null && { log: recording.recorder }),
  })
  using _playing = playTimeline(proxy.engine.host, proxy, scenario.timeline, say)
  process.stdout.write(`listening on ${proxy.address}\n`)
  if (!interruption.signal.aborted) await once(interruption.signal, 'abort')
}

async function listen(
  upstream: string,
  text: string,
  more: Pick<Parameters<typeof EngineProxy.listen>[0], 'seed' | 'log' | 'upstreamTls' | 'listenTls'>,
): Promise<EngineProxy> {
  const address = parseListenAddress(text)
  try {
    return await EngineProxy.listen({ upstream, listen: address, ...more })
  } catch (error) {
    throw new UsageError(`Cannot listen on ${text}: ${messageOf(error)}`)
  }
}

/** TLS as soon as an option, or the environment as for the command `docker`, says something of it; null when nothing does. */
async function upstreamTlsOf(options: ProxyOptions): Promise<TlsFiles | null> {
  const { upstream, tlsCa, tlsCert, tlsKey, tlsVerify } = options
  if (tlsVerify && [tlsCa, tlsCert, tlsKey].every((file) => file === undefined)) {
    const directory = certificatesOf(process.env)
    if (directory === null || !upstream.startsWith('tcp:')) return null
    return await readTlsFiles(
      { verify: true, ...pemFilesIn(directory) },
      { what: 'to the engine', namedBy: 'DOCKER_CERT_PATH' },
    )
  }
  assertPair('to the engine', tlsCert, tlsKey, '--tls-cert and --tls-key')
  const files = { ca: tlsCa ?? null, cert: tlsCert ?? null, key: tlsKey ?? null }
  return await readTlsFiles({ verify: tlsVerify, ...files }, { what: 'to the engine', namedBy: COMMAND_LINE })
}

async function listenTlsOf({ listenCert, listenKey, listenCa }: ProxyOptions): Promise<TlsFiles | null> {
  if (listenCert === undefined && listenKey === undefined && listenCa === undefined) return null
  assertPair('to clients', listenCert, listenKey, '--listen-cert and --listen-key')
  if (listenCert === undefined || listenKey === undefined)
    throw new UsageError('Cannot use TLS to clients: --listen-ca needs --listen-cert and --listen-key')
  const files = { ca: listenCa ?? null, cert: listenCert, key: listenKey }
  return await readTlsFiles({ verify: true, ...files }, { what: 'to clients', namedBy: COMMAND_LINE })
}

function assertPair(what: string, cert: string | undefined, key: string | undefined, options: string): void {
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError(`Cannot use TLS ${what}: ${options} come together`)
}

/** Where the command `docker` takes its certificates from: set to anything, `DOCKER_TLS_VERIFY` asks for TLS. */
function certificatesOf(env: Readonly<Record<string, string | undefined>>): string | null {
  const { DOCKER_TLS_VERIFY: verify = '', DOCKER_CERT_PATH: directory = '' } = env
  if (verify === '') return null
  return directory === '' ? join(homedir(), '.docker') : directory
}

function pemFilesIn(directory: string): { ca: string; cert: string; key: string } {
  const file = (name: string): string => join(directory, `${name}.pem`)
  return { ca: file('ca'), cert: file('cert'), key: file('key') }
}

function checkUpstream(upstream: string, tls: TlsFiles | null): void {
  try {
    parseEngineAddress(upstream, tls)
  } catch (error) {
    throw new UsageError(`Cannot use --upstream ${messageOf(error)}`)
  }
}

async function scenarioOf(file: string | undefined): Promise<Scenario<WireMachine>> {
  if (file === undefined) return parseScenario('{}', 'no scenario', PROXY_FAULTS, 'any')
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`Cannot read the scenario: ${messageOf(error)}`)
  })
  return parseScenario(text, file, PROXY_FAULTS, 'any')
}

/** The engine's clients are served all the same; the status says that the recording is not whole. */
function recordingFailed(reason: string): void {
  say(reason)
  process.exitCode = WRONG_ENVIRONMENT
}

function say(problem: string): void {
  process.stderr.write(`${problem}\n`)
}

const COMMAND_LINE = 'the command line'
const WRONG_ENVIRONMENT = 2
