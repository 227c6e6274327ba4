import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { UsageError } from '../../reference/usage-error.ts'
import { canInstallPackages } from './debian.ts'
import { provideDebianRoot } from './debian-root.ts'
import { answers } from './docker-host.ts'
import { engineOptions, foundEngine, launchEngine, type AvailableEngine } from './engine-process.ts'
import { provideControlGroups } from './private-engine.ts'

/**
 * An engine of another release than Debian 12's: the one at `SECOND_DOCKER_HOST`; otherwise Docker 26 from the packages of Debian 13, which are
 * unpacked into a root of its own, so that nothing is installed on the machine.
 * @param say is told what takes long.
 * @throws UsageError when there is none and none can be started.
 */
export async function secondEngine(say: (what: string) => void): Promise<AvailableEngine> {
  const given = process.env['SECOND_DOCKER_HOST']
  if (given === undefined || given === '') return await startInRootOfItsOwn(say)
  if (await answers(given)) return foundEngine(given)
  throw new UsageError(
    `Cannot reach an engine at SECOND_DOCKER_HOST=${given}: start it, or unset SECOND_DOCKER_HOST`,
  )
}

async function startInRootOfItsOwn(say: (what: string) => void): Promise<AvailableEngine> {
  if (!(await canInstallPackages())) throw new UsageError(NO_SECOND_ENGINE)
  await provideControlGroups(say)
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-second-engine-'))
  const root = path.join(directory, 'root')
  say(`unpacking Docker of Debian ${SUITE} into ${root}`)
  await provideDebianRoot({ suite: SUITE, packages: ['docker.io'], root, work: path.join(directory, 'apt') })
  await mkdir(path.join(root, ENGINE_DIRECTORY), { recursive: true })
  say(`starting a second engine in ${directory}`)
  return await launchEngine({
    command: ['unshare', '--mount', '--propagation=private', 'sh', '-c', ENTER_ROOT, root, ...DOCKERD],
    host: `unix://${path.join(root, ENGINE_DIRECTORY, 'docker.sock')}`,
    directory,
  })
}

const SUITE = 'trixie'
/** Within the root. */
const ENGINE_DIRECTORY = '/run/engine'
const DOCKERD = ['dockerd', ...engineOptions(ENGINE_DIRECTORY)]
/** What is mounted is seen by the engine alone, and gone with it. The engine needs its root to be a mount of its own. */
const ENTER_ROOT = `
  mount --bind "$0" "$0" && cd "$0" &&
  mount -t proc proc proc && mount --rbind /sys sys && mount --rbind /dev dev &&
  exec chroot . "$@"`
const NO_SECOND_ENGINE =
  'Cannot start a second Docker engine: set SECOND_DOCKER_HOST, or run this as root on Debian so that one can be unpacked and started'
