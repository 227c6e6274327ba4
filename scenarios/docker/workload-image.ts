import { createReadStream } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type Docker from 'dockerode'
import { UsageError } from '../../reference/usage-error.ts'
import { canInstallPackages, installPackages } from './debian.ts'
import { runProgram } from './run-program.ts'

/** The image that workloads run in: a static busybox and nothing else. */
export const WORKLOAD_IMAGE = 'watertight-busybox:1'

/**
 * Sees to it that the engine has {@link WORKLOAD_IMAGE}: made from the machine's own static busybox, because there may be no image
 * registry.
 * @throws UsageError when there is no static busybox and none can be installed.
 */
export async function provideWorkloadImage(docker: Docker): Promise<void> {
  const existing = await docker.listImages({ filters: { reference: [WORKLOAD_IMAGE] } })
  if (existing.length > 0) return
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-image-'))
  try {
    await importImage(docker, await rootFileSystem(directory, await staticBusybox()))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function staticBusybox(): Promise<string> {
  const found = await findStaticBusybox()
  if (found !== undefined) return found
  if (await canInstallPackages()) await installPackages('busybox-static')
  const installed = await findStaticBusybox()
  if (installed === undefined) throw new UsageError(NO_BUSYBOX)
  return installed
}

async function findStaticBusybox(): Promise<string | undefined> {
  for (const file of ['/bin/busybox', '/usr/bin/busybox']) {
    const program = await readFile(file).catch(() => null)
    if (program !== null && !needsInterpreter(program)) return file
  }
  return undefined
}

/** A dynamically linked ELF program names its loader. */
function needsInterpreter(program: Buffer): boolean {
  return program.subarray(0, ELF_HEADERS).includes('/ld-')
}

/** @returns the path of a tar file with `/bin/busybox`, and `/bin/sh` and what the workloads use as links to it. */
async function rootFileSystem(directory: string, busybox: string): Promise<string> {
  const bin = path.join(directory, 'root', 'bin')
  await mkdir(bin, { recursive: true })
  await copyFile(busybox, path.join(bin, 'busybox'))
  await Promise.all(APPLETS.map((applet) => symlink('busybox', path.join(bin, applet))))
  const tar = path.join(directory, 'root.tar')
  await runProgram('tar', ['-C', path.join(directory, 'root'), '-cf', tar, '.'])
  return tar
}

async function importImage(docker: Docker, tar: string): Promise<void> {
  const [repo = '', tag = ''] = WORKLOAD_IMAGE.split(':')
  const progress = await docker.importImage(createReadStream(tar), { repo, tag })
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()))
  })
}

const APPLETS = ['sh', 'usleep']
const ELF_HEADERS = 4096
const NO_BUSYBOX =
  'Cannot make the image for the workloads: install a static busybox at /bin/busybox (Debian: apt-get install busybox-static)'
