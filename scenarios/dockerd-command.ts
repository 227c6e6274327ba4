import { readFile } from 'node:fs/promises'
import { once } from 'node:events'
import { type Command, InvalidArgumentError } from 'commander'
import { UsageError } from '../reference/usage-error.ts'
import {
  ALL_FAULTS,
  ENGINE_FAULTS,
  parseScenario,
  playScenario,
  ReplayServer,
  scenarioJsonSchema,
  SimulatedDaemon,
  type EngineMachine,
  type Scenario,
} from '../simulators/index.ts'
import { faultsJson, faultsText } from './fault-list.ts'
import { onInterruption } from './interruption.ts'
import { readRecording } from './recording-file.ts'

interface DockerdOptions {
  readonly socket?: string
  readonly port?: number
  readonly scenario?: string
  readonly replay?: string
  readonly listFaults?: true
  readonly json?: true
  readonly scenarioSchema?: true
}

/** `watertight dockerd`: a simulated Docker daemon, for any client. */
export function registerDockerdCommand(program: Command): void {
  program
    .command('dockerd')
    .description('run a simulated Docker daemon until interrupted')
    .option('--socket <path>', 'unix socket to listen on')
    .option('--port <number>', 'port of 127.0.0.1 to listen on instead, 0 for any', toPort)
    .option(
      '--scenario <file>',
      'containers and faults on a time line (YAML); without: three chatty containers',
    )
    .option('--replay <file>', 'answer as a recording of "proxy --record" says, instead')
    .option('--list-faults', 'print everything that can go wrong, and exit')
    .option('--json', 'with --list-faults: print one JSON object')
    .option('--scenario-schema', 'print the JSON Schema of scenario files, and exit')
    .action(async (options: DockerdOptions) => {
      if (options.listFaults === true)
        process.stdout.write(options.json === true ? faultsJson(ALL_FAULTS) : faultsText(ALL_FAULTS))
      else if (options.scenarioSchema === true) process.stdout.write(schemaText())
      else await serve(options)
    })
}

async function serve(options: DockerdOptions): Promise<void> {
  if (options.replay !== undefined) return await replay(options, options.replay)
  const scenario = await scenarioOf(options.scenario)
  using interruption = onInterruption()
  const { seed, personality } = scenario
  await using daemon = await listen(options, (address) =>
    SimulatedDaemon.listen({ listen: address, seed, personality }),
  )
  using _playing = playScenario(daemon, scenario, (problem) => process.stderr.write(`${problem}\n`))
  process.stdout.write(`listening on ${daemon.address}\n`)
  if (!interruption.signal.aborted) await once(interruption.signal, 'abort')
}

async function replay(options: DockerdOptions, file: string): Promise<void> {
  if (options.scenario !== undefined) {
    throw new UsageError(
      'Cannot replay with --scenario: nothing is simulated, a recording has the faults it was made with',
    )
  }
  const recording = await readRecording(file)
  using interruption = onInterruption()
  await using server = await listen(options, (address) => ReplayServer.listen(recording, address))
  process.stdout.write(`listening on ${server.address}\n`)
  if (!interruption.signal.aborted) await once(interruption.signal, 'abort')
}

/** Where the options say. @param open listens there */
async function listen<Listening>(
  { socket, port }: DockerdOptions,
  open: (address: { socketPath: string } | { port: number }) => Promise<Listening>,
): Promise<Listening> {
  if ((socket === undefined) === (port === undefined)) {
    throw new UsageError('Cannot listen: give either --socket PATH or --port NUMBER')
  }
  const address = socket === undefined ? { port: port! } : { socketPath: socket }
  try {
    return await open(address)
  } catch (error) {
    throw new UsageError(`Cannot listen on ${socket ?? port}: ${messageOf(error)}`)
  }
}

async function scenarioOf(file: string | undefined): Promise<Scenario<EngineMachine>> {
  if (file === undefined) return parseScenario(DEFAULT_SCENARIO, 'the default scenario', ENGINE_FAULTS)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`Cannot read the scenario: ${messageOf(error)}`)
  })
  return parseScenario(text, file, ENGINE_FAULTS)
}

function schemaText(): string {
  return `${JSON.stringify(scenarioJsonSchema(ENGINE_FAULTS), null, 2)}\n`
}

function toPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('It must be a number up to 65535.')
  return port
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const DEFAULT_SCENARIO = `
containers:
  - {name: web, image: 'web:1', behaviour: {kind: chatty, every: 500ms, jitter: 0.5}}
  - {name: worker, image: 'worker:1', behaviour: {kind: chatty, every: 1s, jitter: 0.5, stream: both}}
  - {name: database, image: 'database:1', behaviour: {kind: bursty, every: 3s, lines: 5}}
`
