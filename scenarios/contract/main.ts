/**
 * `npm run contract`: the contract on the engine that answers (or a private one), on Docker 26 (at SECOND_DOCKER_HOST, or in a root of its
 * own), and on simulated engines.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import { UsageError } from '../../reference/usage-error.ts'
import type { ContractArm } from '../../simulators/contract/arm.ts'
import type { ContractCase } from '../../simulators/contract/contract-case.ts'
import { CommandLineArm } from '../../simulators/contract/arms/command-line-arm.ts'
import { openSimulatedArm, WAYS } from '../../simulators/contract/arms/simulated-arm.ts'
import { CONTRACT_CASES } from '../../simulators/contract/contract-cases.ts'
import { RELEASES } from '../../simulators/contract/release.ts'
import { dockerClient } from '../docker/docker-host.ts'
import type { AvailableEngine } from '../docker/engine-process.ts'
import { onPath } from '../docker/on-path.ts'
import { availableEngine } from '../docker/private-engine.ts'
import { secondEngine } from '../docker/second-engine.ts'
import { provideContractImage } from './contract-image.ts'
import { realArms } from './real-arms.ts'
import { runContract, type CaseResult } from './run-contract.ts'
import { summaryTable } from './summary-table.ts'

interface Options {
  readonly out?: string
  readonly arm: string
  readonly case: string
}

async function main(options: Options): Promise<void> {
  // The first engine comes first: with it comes the docker command, where there was none.
  const results = [
    ...(await onRealEngine(availableEngine, options)),
    ...(await onRealEngine(secondEngine, options)),
    ...(await onSimulatedEngines(options)),
  ]
  if (options.out !== undefined) await write(options.out, results)
  process.stdout.write(`${summaryTable(results)}\n`)
  if (results.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1
}

async function onSimulatedEngines(options: Options): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  for (const release of RELEASES) {
    for (const way of WAYS) {
      // oxlint-disable-next-line no-await-in-loop -- side by side they would slow each other down
      await using opened = await openSimulatedArm(release, way)
      // oxlint-disable-next-line no-await-in-loop
      results.push(...(await hold([opened.arm], options)))
    }
  }
  return results
}

async function onRealEngine(
  open: (say: (what: string) => void) => Promise<AvailableEngine>,
  options: Options,
): Promise<CaseResult[]> {
  await using engine = await open(say)
  await using _image = await provideContractImage(dockerClient(engine.host))
  return await hold(await realArms(engine.host), options)
}

async function hold(arms: readonly ContractArm[], options: Options): Promise<CaseResult[]> {
  const cases: ContractCase[] = CONTRACT_CASES.filter(({ name }) => name.includes(options.case))
  const results: CaseResult[] = []
  for (const arm of arms.filter(({ name }) => name.includes(options.arm))) {
    if (arm instanceof CommandLineArm && !(await onPath('docker'))) {
      say(`leaving out ${arm.name}: there is no docker command on PATH`)
      continue
    }
    say(`holding ${arm.name} to the contract`)
    // oxlint-disable-next-line no-await-in-loop -- one engine at a time
    results.push(...(await runContract(arm, cases, tellFailure)))
  }
  return results
}

function tellFailure({ outcome, arm, case: name, reason }: CaseResult): void {
  if (outcome === 'failed') process.stdout.write(`FAILED on ${arm}: ${name}\n${reason}\n\n`)
}

async function write(directory: string, results: readonly CaseResult[]): Promise<void> {
  const count = (outcome: CaseResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length
  const report = { schema: 1, passed: count('passed'), failed: count('failed'), results }
  await mkdir(directory, { recursive: true })
  await writeFile(path.join(directory, 'contract.json'), `${JSON.stringify(report, null, 2)}\n`)
}

function say(what: string): void {
  process.stderr.write(`${what}\n`)
}

const program = new Command('contract')
  .option('--out <directory>', 'write contract.json there')
  .option('--arm <text>', 'only arms whose name has this in it', '')
  .option('--case <text>', 'only cases whose name has this in it', '')
  .action(main)
try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
