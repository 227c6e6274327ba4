import { readFile } from 'node:fs/promises'
import { once } from 'node:events'
import { type Command, InvalidArgumentError } from 'commander'
import { UsageError } from '../reference/usage-error.ts'
import {
  ALL_FAULTS,
  ENGINE_FAULTS,
  keyOf,
  parseScenario,
  playScenario,
  scenarioJsonSchema,
  SimulatedDaemon,
  type EngineMachine,
  type FaultEntry,
  type Scenario,
} from '../simulators/index.ts'
import { onInterruption } from './interruption.ts'

interface DockerdOptions {
  readonly socket?: string
  readonly port?: number
  readonly scenario?: string
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
    .option('--list-faults', 'print everything that can go wrong, and exit')
    .option('--json', 'with --list-faults: print one JSON object')
    .option('--scenario-schema', 'print the JSON Schema of scenario files, and exit')
    .action(async (options: DockerdOptions) => {
      if (options.listFaults === true)
        process.stdout.write(options.json === true ? faultsJson() : faultsText())
      else if (options.scenarioSchema === true) process.stdout.write(schemaText())
      else await serve(options)
    })
}

async function serve(options: DockerdOptions): Promise<void> {
  const scenario = await scenarioOf(options.scenario)
  using interruption = onInterruption()
  await using daemon = await listen(options, scenario)
  using _playing = playScenario(daemon, scenario, (problem) => process.stderr.write(`${problem}\n`))
  process.stdout.write(`listening on ${daemon.address}\n`)
  if (!interruption.signal.aborted) await once(interruption.signal, 'abort')
}

async function listen(
  { socket, port }: DockerdOptions,
  scenario: Scenario<EngineMachine>,
): Promise<SimulatedDaemon> {
  if ((socket === undefined) === (port === undefined)) {
    throw new UsageError('Cannot listen: give either --socket PATH or --port NUMBER')
  }
  const { seed, personality } = scenario
  const address = socket === undefined ? { port: port! } : { socketPath: socket }
  try {
    return await SimulatedDaemon.listen({ listen: address, seed, personality })
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

function faultsJson(): string {
  const faults = ALL_FAULTS.map((kind) => ({
    name: kind.name,
    target: kind.target,
    description: kind.description,
    parameters: parametersOf(kind),
  }))
  return `${JSON.stringify({ schema: 1, faults })}\n`
}

function faultsText(): string {
  return ALL_FAULTS.map((kind) => {
    const list = Object.entries(parametersOf(kind)).map(([key, allowed]) => `    ${key}: ${allowed}\n`)
    return `${kind.name} (${kind.target}): ${kind.description}\n${list.join('')}`
  }).join('')
}

function schemaText(): string {
  return `${JSON.stringify(scenarioJsonSchema(ENGINE_FAULTS), null, 2)}\n`
}

/** What each key of a step allows, for people; all but those with a default are needed. */
function parametersOf({ parameters, lasts }: FaultEntry): Readonly<Record<string, string>> {
  const own = Object.entries(parameters).map(([name, { allowed }]) => [keyOf(name), allowed])
  return Object.fromEntries(lasts ? [...own, ['for', 'a duration up to 24h; default until the end']] : own)
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
