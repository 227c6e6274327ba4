import { cp, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { provideDebianRoot } from '../docker/debian-root.ts'
import { runProgram } from '../docker/run-program.ts'
import { ROOT } from '../own-command.ts'

export const COLLECTOR_IMAGE = 'watertight-collector'
/** As its Dockerfile says. */
export const COLLECTOR_UID = 10_001
/** Options of `docker run` with which it is meant to be run. */
export const HARDENED: readonly string[] = [
  '--read-only',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
]

const DOCKERFILE = path.join(ROOT, 'reference', 'operations', 'container', 'Dockerfile')
const BASE = 'watertight-node'
const BUILD_BASE = 'watertight-node-build'
const NODE = path.join(ROOT, 'node_modules', 'node', 'bin', 'node')
/** With the libraries that Node is linked to they bring what a program in C++ needs. */
const RUNTIME = ['libstdc++6']
const DOCUMENTS = ['usr/share/doc', 'usr/share/locale', 'usr/share/man', 'usr/share/lintian']

/** What the image is made of, bytes. */
export interface ImageSize {
  readonly all: number
  /** The program `node`. */
  readonly node: number
  /** What is below /app. */
  readonly collector: number
  /** Packages the collector needs. */
  readonly packages: number
}

/**
 * Builds the collector's image on the engine, by its Dockerfile. It needs no registry: the images to build on are made of Debian's packages and of this checkout's
 * Node and packages.
 * @param host of the engine @param say is told what takes long
 */
export async function buildCollectorImage(host: string, say: (what: string) => void): Promise<ImageSize> {
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-image-'))
  const docker = async (...args: readonly string[]): Promise<string> =>
    await runProgram('docker', args, { DOCKER_HOST: host, DOCKER_BUILDKIT: '0' })
  try {
    const root = path.join(directory, 'root')
    say('unpacking what Node needs from Debian')
    await provideDebianRoot({
      suite: 'bookworm',
      packages: RUNTIME,
      root,
      work: path.join(directory, 'runtime'),
    })
    await Promise.all(DOCUMENTS.map((name) => rm(path.join(root, name), { recursive: true, force: true })))
    await mkdir(path.join(root, 'usr/local/bin'), { recursive: true })
    await cp(NODE, path.join(root, 'usr/local/bin/node'))
    say('making the images to build on')
    const tar = path.join(directory, 'image.tar')
    await runProgram('tar', ['-cf', tar, '-C', root, '.'])
    await docker('import', tar, BASE)
    await addTools(root, path.join(directory, 'tools'))
    const packages = ['-C', ROOT, '--transform=flags=rh;s,^node_modules,src/node_modules,', 'node_modules']
    await runProgram('tar', ['-cf', tar, '-C', root, '.', ...packages])
    await docker('import', '--change', `ENV PATH=/src/node_modules/.bin:${PATH}`, tar, BUILD_BASE)
    await rm(tar)
    say('building the image')
    const bases = { BASE, BUILD_BASE, INSTALL: 'node build.mjs' }
    const args = Object.entries(bases).map(([name, value]) => `--build-arg=${name}=${value}`)
    const built = await docker(
      'build',
      '--force-rm',
      // Everything is there.
      '--network=none',
      '--file',
      DOCKERFILE,
      '--tag',
      COLLECTOR_IMAGE,
      ...args,
      ROOT,
    )
    const copied = copiedIn(built)
    const all = Number(await docker('image', 'inspect', '--format', '{{.Size}}', COLLECTOR_IMAGE))
    return { all, node: (await stat(NODE)).size, collector: copied.bytes, packages: copied.packages }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Adds a shell and its tools to the directory, for the commands of a build. */
async function addTools(root: string, work: string): Promise<void> {
  const tools = path.join(work, 'root')
  await provideDebianRoot({ suite: 'bookworm', packages: ['busybox-static'], root: tools, work })
  const bin = path.join(root, 'usr/bin')
  await mkdir(bin, { recursive: true })
  await cp(path.join(tools, 'bin/busybox'), path.join(bin, 'busybox'))
  await Promise.all(['sh', 'mkdir', 'env'].map((applet) => symlink('busybox', path.join(bin, applet))))
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What `copy-collector.ts` printed during the build. */
function copiedIn(output: string): { bytes: number; packages: number } {
  const line = output.split('\n').find((text) => text.startsWith('{"files":'))
  if (line === undefined) throw new Error(`The build does not say what it copied: ${output.slice(-1000)}`)
  return JSON.parse(line)
}
