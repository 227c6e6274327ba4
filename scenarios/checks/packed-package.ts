import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { runProgram } from '../docker/run-program.ts'
import { ROOT } from '../own-command.ts'
import { verdict } from './rig.ts'

/**
 * What is published, as one who installs it gets it: the packed `dist` in an empty folder, beside its dependencies. Every export can be imported, with its
 * types, and the command runs, also where only its dependencies are installed; publint and arethetypeswrong find nothing. Then the same command by npx in this checkout. Needs a build; no registry is asked.
 */
export async function packedPackage(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'watertight-packed-'))
  try {
    const manifest = await install(folder)
    const names = Object.keys(manifest.exports).map((name) => path.posix.join(manifest.name, name))
    // Outside of a test Vitest's `expect` cannot be extended; its types can be looked at.
    const loaded = names.filter((name) => !name.endsWith('/vitest'))
    await writeFile(path.join(folder, 'package.json'), '{"type": "module", "private": true}')
    await writeFile(path.join(folder, 'all.mts'), imports(names))
    await writeFile(path.join(folder, 'tsconfig.json'), TSCONFIG)
    const tsc = path.join(ROOT, 'node_modules', '.bin', 'tsc')
    verdict(
      'exports whose types resolve',
      names.length,
      await succeeds(tsc, ['-p', folder]),
      `${names.length}`,
    )
    for (const [index, name] of loaded.entries()) {
      const file = path.join(folder, `load-${index}.mjs`)
      // The matcher for node:test is there for what it does when it is imported, and exports types only.
      const least = name.endsWith('/node-test') ? 0 : 1
      await writeFile(file, `if (Object.keys(await import('${name}')).length < ${least}) process.exit(1)`)
      const imported = await succeeds(process.execPath, [file])
      verdict(`${name} can be imported`, Number(imported), imported, '1')
    }
    const cli = path.join(folder, 'node_modules', manifest.name, manifest.bin[manifest.name] ?? '')
    const ran = await succeeds(process.execPath, [cli, 'phases', '--json'])
    verdict('the command runs', Number(ran), ran, '1')
    await checkForm(folder)
    await checkProduction(folder, manifest, cli)
    await checkNpx()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Whether its manifest says what it has, and its types say what its modules do, as TypeScript resolves them for modules. */
async function checkForm(folder: string): Promise<void> {
  const tarball = await readFile(path.join(folder, await tarballIn(folder)))
  const own = path.join(folder, 'node_modules', 'watertight')
  const { messages } = await publint({ pkgDir: own, pack: false, strict: true })
  const wrong = messages.filter(({ type }) => type !== 'suggestion')
  verdict('faults of the manifest', wrong.length, wrong.length === 0, '0')
  for (const message of wrong) process.stderr.write(`publint: ${JSON.stringify(message)}\n`)
  const checked = await checkPackage(createPackageFromTarballData(tarball))
  const problems = checked.types === false ? ['it has no types'] : checked.problems.filter(concernsModules)
  verdict('faults of its types', problems.length, problems.length === 0, '0')
  for (const problem of problems) process.stderr.write(`types: ${JSON.stringify(problem)}\n`)
}

/** It is for modules only: who uses `require`, or resolves as before Node knew `exports`, is not promised anything. */
function concernsModules(problem: Problem): boolean {
  return !('resolutionKind' in problem) || !['node10', 'node16-cjs'].includes(problem.resolutionKind)
}

/** As it is in production: with its dependencies only. What the testbed needs besides is asked for by name. */
async function checkProduction(folder: string, manifest: Manifest, cli: string): Promise<void> {
  for (const name of Object.keys(manifest.peerDependencies))
    await rm(path.join(folder, 'node_modules', name), { recursive: true, force: true })
  for (const args of [
    ['--help'],
    ['collect', '--print'],
    ['init', 'collector', '--out', path.join(folder, 'c.yaml')],
  ]) {
    const ran = await succeeds(process.execPath, [cli, ...args])
    verdict(`watertight ${args[0]} runs in production`, Number(ran), ran, '1')
  }
  const said = await runProgram(process.execPath, [cli, 'run', 'idle-stream', '--engine', 'simulated']).catch(
    (error: { stderr?: unknown }) => String(error.stderr),
  )
  const named = /it needs the package [\w-]+, which is not installed/.test(said)
  verdict('a package that only the testbed needs is asked for by name', Number(named), named, '1')
}

async function tarballIn(folder: string): Promise<string> {
  return (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? ''
}

/** In this checkout npx runs what is built, and can put a defect back. */
async function checkNpx(): Promise<void> {
  const before = await builtAt()
  const caught = await runProgram('npx', ['watertight', 'run', 'idle-stream', '--defect', 'B8', '--quiet'])
    .then(() => null)
    .catch((error: { code?: unknown }) => error.code)
  verdict('status of a run with a defect, by npx', Number(caught), caught === 1, '1')
  const changed = (await builtAt()) !== before
  verdict('times npx built', Number(changed), !changed, '0')
}

async function builtAt(): Promise<number> {
  // Not ctime: npx may set the mode of the file.
  return (await stat(path.join(ROOT, 'dist', 'cli.js'))).mtimeMs
}

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly bin: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

/** Packs, unpacks, and puts links to this checkout's packages beside it; types of Node too, which a program in TypeScript has. */
async function install(folder: string): Promise<Manifest> {
  const modules = path.join(folder, 'node_modules')
  await runProgram('npm', ['pack', ROOT, '--ignore-scripts', '--silent', '--pack-destination', folder])
  const tarball = await tarballIn(folder)
  const manifest: Manifest = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8'))
  const own = path.join(modules, manifest.name)
  await mkdir(own, { recursive: true })
  await runProgram('tar', ['-xzf', path.join(folder, tarball), '-C', own, '--strip-components=1'])
  const beside = [
    ...Object.keys(manifest.dependencies),
    ...Object.keys(manifest.peerDependencies),
    '@types/node',
    '@types/dockerode',
  ]
  for (const name of beside) {
    await mkdir(path.dirname(path.join(modules, name)), { recursive: true })
    await symlink(path.join(ROOT, 'node_modules', name), path.join(modules, name))
  }
  return manifest
}

function imports(names: readonly string[]): string {
  const lines = names.map((name, index) => `import * as all${index} from '${name}'\nconsole.log(all${index})`)
  return `${lines.join('\n')}\n${CONSUMER}`
}

/** What a program does with it: a collector of its own on simulated ports. */
const CONSUMER = `
import { completeConfig, createCollector, type Collector, type CollectorConfig } from 'watertight/reference'
import { World } from 'watertight/simulators'
const config: CollectorConfig = completeConfig({ stateDir: '/state', metrics: { enabled: false } })
export const collector: Collector = createCollector(config, new World({ seed: 1 }).ports())
`

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
  },
  files: ['all.mts'],
})

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return await runProgram(program, args).then(
    () => true,
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      return false
    },
  )
}
