import { readFile } from 'node:fs/promises'
import { once } from 'node:events'
import { type Command, InvalidArgumentError } from 'commander'
import { UsageError } from '../reference/usage-error.ts'
import { parseScenario } from '../simulators/daemon/scenario/parse-scenario.ts'
import { playScenario } from '../simulators/daemon/scenario/play-scenario.ts'
import type { Scenario } from '../simulators/daemon/scenario/scenario.ts'
import { STEP_KINDS } from '../simulators/daemon/scenario/step-kinds.ts'
import { SimulatedDaemon } from '../simulators/index.ts'
import { onInterruption } from './interruption.ts'

interface DockerdOptions {
  readonly socket?: string
  readonly port?: number
  readonly scenario?: string
  readonly listFaults?: true
  readonly json?: true
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
    .option('--list-faults', 'print what a time line can order, and exit')
    .option('--json', 'with --list-faults: print one JSON object')
    .action(async (options: DockerdOptions) => {
      if (options.listFaults === true) {
        process.stdout.write(options.json === true ? faultsJson() : faultsText())
        return
      }
      await serve(options)
    })
}

async function serve(options: DockerdOptions): Promise<void> {
  const scenario = await scenarioOf(options.scenario)
  using interruption = onInterruption()
  await using daemon = await listen(options, scenario)
  using _playing = playScenario(daemon.engine, scenario, (problem) => process.stderr.write(`${problem}\n`))
  process.stdout.write(`listening on ${daemon.address}\n`)
  if (!interruption.signal.aborted) await once(interruption.signal, 'abort')
}

async function listen({ socket, port }: DockerdOptions, scenario: Scenario): Promise<SimulatedDaemon> {
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

async function scenarioOf(file: string | undefined): Promise<Scenario> {
  if (file === undefined) return parseScenario(DEFAULT_SCENARIO, 'the default scenario')
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`Cannot read the scenario: ${messageOf(error)}`)
  })
  return parseScenario(text, file)
}

function faultsJson(): string {
  const faults = STEP_KINDS.map(({ name, target, description, parameters }) => ({
    name,
    target,
    description,
    parameters,
  }))
  return `${JSON.stringify({ schema: 1, faults })}\n`
}

function faultsText(): string {
  return STEP_KINDS.map(({ name, target, description, parameters }) => {
    const list = Object.entries(parameters).map(([key, allowed]) => `    ${key}: ${allowed}\n`)
    return `${name} (${target}): ${description}\n${list.join('')}`
  }).join('')
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
