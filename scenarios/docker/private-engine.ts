import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { access, constants, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '../../reference/usage-error.ts'
import { canInstallPackages, installPackages } from './debian.ts'
import { answers, usualHosts } from './docker-host.ts'
import { runProgram } from './run-program.ts'

/** An engine to run phases on. Disposing ends it if it was started for this, and removes everything it kept. */
export interface AvailableEngine extends AsyncDisposable {
  /** Such as `unix:///var/run/docker.sock`. */
  readonly host: string
}

/**
 * The engine that answers at `DOCKER_HOST` or the usual socket; otherwise a private one, started for this.
 * @param say is told what takes long.
 * @throws UsageError when there is none and none can be started.
 */
export async function availableEngine(say: (what: string) => void): Promise<AvailableEngine> {
  for (const host of usualHosts()) {
    if (await answers(host)) return { host, [Symbol.asyncDispose]: () => Promise.resolve() }
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
  const engine = await launch(directory)
  const host = hostIn(directory)
  const dispose = async (): Promise<void> => {
    await end(engine)
    await rm(directory, { recursive: true, force: true })
  }
  const deadline = performance.now() + START_LIMIT_MS
  while (!(await answers(host))) {
    if (engine.exitCode !== null || performance.now() > deadline) {
      const log = await lastLines(path.join(directory, 'log'))
      await dispose()
      throw new UsageError(`Cannot start a private engine: dockerd said: ${log}`)
    }
    await sleep(POLL_MS)
  }
  return { host, [Symbol.asyncDispose]: dispose }
}

/** Everything it has is in the directory. It gets no network: workloads need none. In debug mode it tells its descriptors and goroutines. */
async function launch(directory: string): Promise<ChildProcess> {
  const log = await open(path.join(directory, 'log'), 'w')
  try {
    const args = [
      '--debug',
      '--data-root',
      path.join(directory, 'data'),
      '--exec-root',
      path.join(directory, 'exec'),
      '--pidfile',
      path.join(directory, 'pid'),
      '--host',
      hostIn(directory),
      '--bridge=none',
      '--iptables=false',
    ]
    return spawn('dockerd', args, { stdio: ['ignore', log.fd, log.fd], detached: true })
  } finally {
    await log.close()
  }
}

/** `detached` keeps Ctrl-C in the terminal from ending the engine before the workloads are removed. */
async function end(engine: ChildProcess): Promise<void> {
  if (engine.exitCode !== null || engine.signalCode !== null) return
  const ended = once(engine, 'exit')
  engine.kill('SIGTERM')
  const kill = setTimeout(() => engine.kill('SIGKILL'), STOP_LIMIT_MS)
  await ended
  clearTimeout(kill)
}

/** A machine without an init system may have none mounted, and then no container starts. */
async function provideControlGroups(say: (what: string) => void): Promise<void> {
  const groups = await readdir('/sys/fs/cgroup').catch(() => [])
  if (groups.length > 0) return
  say('mounting control groups')
  if (!(await onPath('cgroupfs-mount')) && (await canInstallPackages()))
    await installPackages('cgroupfs-mount')
  await runProgram('cgroupfs-mount', [])
}

async function onPath(program: string): Promise<boolean> {
  const directories = (process.env['PATH'] ?? '').split(path.delimiter)
  const found = await Promise.all(
    directories.map((directory) =>
      access(path.join(directory, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  return found.includes(true)
}

function hostIn(directory: string): string {
  return `unix://${path.join(directory, 'docker.sock')}`
}

async function lastLines(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trim().split('\n').slice(-3).join(' | ')
}

const NO_ENGINE =
  'Cannot find a Docker engine: start one, or set DOCKER_HOST, or run this as root on Debian so that a private one can be installed and started'
const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 20_000
const POLL_MS = 200
