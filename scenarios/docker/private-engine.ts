import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { UsageError } from '../../reference/usage-error.ts'
import { canInstallPackages, installPackages } from './debian.ts'
import { answers, usualHosts } from './docker-host.ts'
import { engineOptions, foundEngine, launchEngine, type AvailableEngine } from './engine-process.ts'
import { onPath } from './on-path.ts'
import { runProgram } from './run-program.ts'

/**
 * The engine that answers at `DOCKER_HOST` or the usual socket; otherwise a private one, started for this.
 * @param say is told what takes long.
 * @throws UsageError when there is none and none can be started.
 */
export async function availableEngine(say: (what: string) => void): Promise<AvailableEngine> {
  for (const host of usualHosts()) {
    if (await answers(host)) return foundEngine(host)
  }
  if (process.env['DOCKER_HOST']) {
    throw new UsageError(
      `Cannot reach an engine at DOCKER_HOST=${process.env['DOCKER_HOST']}: start it, or unset DOCKER_HOST`,
    )
  }
  return await startPrivateEngine(say)
}

async function startPrivateEngine(say: (what: string) => void): Promise<AvailableEngine> {
  if (process.getuid?.() !== 0) throw new UsageError(NO_ENGINE)
  if (!(await onPath('dockerd'))) {
    if (!(await canInstallPackages())) throw new UsageError(NO_ENGINE)
    say('installing docker.io')
    await installPackages('docker.io', 'iptables', 'busybox-static')
  }
  await provideControlGroups(say)
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-engine-'))
  say(`starting a private engine in ${directory}`)
  return await launchEngine({
    command: ['dockerd', ...engineOptions(directory)],
    host: `unix://${path.join(directory, 'docker.sock')}`,
    directory,
  })
}

/** A machine without an init system may have none mounted, and then no container starts. */
export async function provideControlGroups(say: (what: string) => void): Promise<void> {
  const groups = await readdir('/sys/fs/cgroup').catch(() => [])
  if (groups.length > 0) return
  say('mounting control groups')
  if (!(await onPath('cgroupfs-mount')) && (await canInstallPackages()))
    await installPackages('cgroupfs-mount')
  await runProgram('cgroupfs-mount', [])
}

const NO_ENGINE =
  'Cannot find a Docker engine: start one, or set DOCKER_HOST, or run this as root on Debian so that a private one can be installed and started'
