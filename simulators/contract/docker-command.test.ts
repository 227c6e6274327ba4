import { spawnSync } from 'node:child_process'
import { test } from 'vitest'
import { holdToContract } from './contract.test-helper.ts'

const hasDockerCommand = spawnSync('docker', ['--version']).status === 0

// Each case starts the command a dozen times; the contract with real engines goes this way with both releases.
if (hasDockerCommand) holdToContract('26', 'docker command')
else test.skip('there is no docker command on PATH', () => {})
