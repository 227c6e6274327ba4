import type { Command } from 'commander'
import { NodeFileSystem } from '../../reference/adapters/node-file-system.ts'
import { NodeProcess } from '../../reference/adapters/node-process.ts'
import type { CollectorConfig } from '../../reference/config/config.ts'
import { assertEnoughDescriptors } from '../../reference/config/descriptors.ts'
import { readConfigText } from '../../reference/config/load-config.ts'
import { readConfig } from '../../reference/config/parse-config.ts'
import { messageOf } from '../../reference/errors.ts'
import { checkDescriptors, checkDirectory, checkEngine, checkNode, checkPackages } from './checks.ts'
import { findingsText, type Finding } from './finding.ts'
import { lookAtDirectory, lookAtEngine, missingPackages } from './look.ts'

/** `watertight doctor`: what this machine lacks for a collector with this configuration, and what to do about it. Status 1 when anything is bad. */
export function registerDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('say what this machine lacks to run the collector and the testbed, and what to do')
    .option('--config <file>', "the collector's configuration (default: the defaults of every key)")
    .option('--json', 'print one JSON object')
    .action(async ({ config: file, json }: { config?: string; json?: true }) => {
      const { text, options } = await readConfigText(file, {
        fileSystem: new NodeFileSystem(),
        env: process.env,
      })
      const findings = await examine(readConfig(text, options).config)
      const printed = json === true ? JSON.stringify({ schema: 1, findings }) : findingsText(findings)
      process.stdout.write(`${printed}\n`)
      process.exitCode = findings.some(({ state }) => state === 'bad') ? 1 : 0
    })
}

/** Looks at everything, in the order of what is needed first. */
export async function examine(config: CollectorConfig): Promise<Finding[]> {
  const { localFile } = config.sinks
  const [engine, state, output, descriptors] = await Promise.all([
    lookAtEngine(config),
    lookAtDirectory('state_dir', config.stateDir),
    lookAtDirectory('sinks.local_file.directory', localFile.directory),
    descriptorsFinding(config),
  ])
  return [
    checkNode(process.versions.node),
    ...(config.containerMonitor.enabled ? checkEngine(engine) : []),
    descriptors,
    checkDirectory(state),
    ...(localFile.enabled ? [checkDirectory(output)] : []),
    checkPackages(missingPackages(OF_THE_TESTBED)),
  ]
}

async function descriptorsFinding(config: CollectorConfig): Promise<Finding> {
  const host = new NodeProcess()
  const failure = await assertEnoughDescriptors(config, host).then(
    () => null,
    (error: unknown) => messageOf(error),
  )
  return checkDescriptors(await host.fileDescriptorLimit(), failure)
}

/** Optional peers of the package. */
const OF_THE_TESTBED = ['dockerode', 'fast-check', 'testcontainers', 'uplot']
