import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '../../reference/usage-error.ts'
import { runProgram } from './run-program.ts'

export interface DebianRoot {
  /** Code name of a Debian release. */
  readonly suite: string
  /** What is wanted; what they depend on comes with them. */
  readonly packages: readonly string[]
  /** Where they are unpacked. */
  readonly root: string
  /** Where the lists and the packages are kept. */
  readonly work: string
}

/**
 * Unpacks packages of another Debian release, and all they depend on, into a directory that programs can be run in with chroot. Nothing of the
 * machine is changed, and no package's own scripts are run. They come from the mirror the machine's own packages come from.
 * @throws UsageError when the machine has no mirror of Debian
 */
export async function provideDebianRoot({ suite, packages, root, work }: DebianRoot): Promise<void> {
  const configuration = await configureApt(work, suite)
  const apt = async (...args: string[]): Promise<string> =>
    await runProgram('apt-get', ['-q', ...args], {
      APT_CONFIG: configuration,
      DEBIAN_FRONTEND: 'noninteractive',
    })
  await apt('update')
  await apt('install', '--yes', '--download-only', '--no-install-recommends', ...packages)
  await makeTree(root)
  const archives = await readdir(path.join(work, 'archives'))
  for (const archive of archives.filter((name) => name.endsWith('.deb'))) {
    // oxlint-disable-next-line no-await-in-loop -- they unpack into the same directories
    await runProgram('dpkg-deb', ['--extract', path.join(work, 'archives', archive), root])
  }
}

/** A state of apt's own, in which nothing is installed yet. @returns the path of its settings */
async function configureApt(work: string, suite: string): Promise<string> {
  const inWork = (name: string): string => path.join(work, name)
  await Promise.all(
    ['lists/partial', 'archives/partial', 'no-parts'].map((name) => mkdir(inWork(name), { recursive: true })),
  )
  const settings = {
    'Dir::Etc::SourceList': inWork('sources.list'),
    'Dir::Etc::SourceParts': inWork('no-parts'),
    'Dir::Etc::PreferencesParts': inWork('no-parts'),
    'Dir::State::Lists': inWork('lists'),
    'Dir::State::Status': inWork('status'),
    'Dir::Cache': work,
    'Dir::Cache::Archives': inWork('archives'),
    'Acquire::Languages': 'none',
  }
  const texts = Object.entries(settings).map(([key, value]) => `${key} "${value}";\n`)
  await writeFile(inWork('status'), '')
  await writeFile(
    inWork('sources.list'),
    `deb [signed-by=${KEYRING}] ${await debianMirror()} ${suite} main\n`,
  )
  await writeFile(inWork('apt.conf'), texts.join(''))
  return inWork('apt.conf')
}

/** Where the machine's own release comes from. No list need have been read for this. */
async function debianMirror(): Promise<string> {
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1]
  const format = ['--format', '$(COMPONENT) $(RELEASE) $(REPO_URI)']
  const targets = await runProgram('apt-get', ['indextargets', ...format, 'Identifier: Packages'])
  const main = `main ${codename} `
  const mirror = targets.split('\n').find((target) => target.startsWith(main))
  if (mirror !== undefined) return mirror.slice(main.length)
  throw new UsageError(`Cannot find a mirror of Debian: apt-get has no source of ${codename}`)
}

/** The directories the kernel's file systems are mounted on, and the links that a merged /usr has. */
async function makeTree(root: string): Promise<void> {
  const directories = ['proc', 'sys', 'dev', 'run', 'tmp', ...MERGED.map((name) => `usr/${name}`)]
  await Promise.all(directories.map((name) => mkdir(path.join(root, name), { recursive: true })))
  await Promise.all(MERGED.map((name) => symlink(`usr/${name}`, path.join(root, name))))
}

const MERGED = ['bin', 'sbin', 'lib', 'lib64']
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
