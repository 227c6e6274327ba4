import { execFile } from 'node:child_process'
import { glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TEMPLATES } from '../init/templates.ts'
import { ROOT } from '../own-command.ts'
import { blocksOf, type Block } from './blocks.ts'

const run = promisify(execFile)
const LONG_MS = 280_000

/** Programs in documents, and the one that `init` writes, as files of a project that has this package. */
const files = await Array.fromAsync(glob(['*.md', 'docs/**/*.md'], { cwd: ROOT }))
const texts = await Promise.all(files.map((file) => readFile(path.join(ROOT, file), 'utf8')))
const programs = files
  .flatMap((file, index) => blocksOf(file, texts[index]!))
  .filter(({ language, mark }) => language === 'ts' && (mark?.kind === 'run' || mark?.kind === 'types'))

let folder: string
beforeAll(async () => {
  await mkdir(path.join(ROOT, 'out'), { recursive: true })
  folder = await mkdtemp(path.join(ROOT, 'out', 'documents-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** This package by its sources, which a file in a folder below the root finds. */
function withSources(text: string): string {
  return text
    .replaceAll("'watertight/simulators'", "'../../simulators/index.ts'")
    .replaceAll(/'watertight\/simulators\/([\w-]+)'/g, "'../../simulators/$1.ts'")
    .replaceAll("'watertight/reference'", "'../../reference/index.ts'")
}

/** What a block leaves to its reader is declared in its mark. */
function typedProgram({ text, mark }: Block): string {
  const declared = (mark?.argument ?? '').split(';').filter((name) => name.trim() !== '')
  return `${declared.map((name) => `declare const ${name.trim()}\n`).join('')}${withSources(text)}\nexport {}\n`
}

async function outcome(program: string, args: readonly string[]): Promise<string> {
  return await run(program, [...args], { cwd: folder }).then(
    () => 'ended well',
    (error: { stdout?: string; stderr?: string }) => `${error.stdout}${error.stderr}`,
  )
}

test('programs in documents are right in their types', async () => {
  expect(programs.length).toBeGreaterThan(2)
  for (const [index, program] of programs.entries())
    await writeFile(path.join(folder, `block-${index}.ts`), typedProgram(program))
  await writeFile(path.join(folder, 'init.ts'), withSources(TEMPLATES['test']!.text))
  await writeFile(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      include: ['*.ts'],
      exclude: [],
      compilerOptions: { noUnusedLocals: false },
    }),
  )
  const tsc = path.join(ROOT, 'node_modules', '.bin', 'tsc')
  expect(await outcome(tsc, ['-p', folder])).toBe('ended well')
})

for (const { place, text } of programs.filter(({ mark }) => mark?.kind === 'run'))
  test(`${place} runs`, async () => {
    const file = path.join(folder, 'run.ts')
    await writeFile(file, withSources(text))
    expect(await outcome(process.execPath, [file])).toBe('ended well')
  })

test(
  'the property that init writes holds, and fails for a follower that leaves its stream open',
  async () => {
    const { text } = TEMPLATES['test']!
    await writeFile(
      path.join(folder, 'vitest.config.ts'),
      `export default { test: { include: ['*.property.ts'], testTimeout: ${LONG_MS} } }\n`,
    )
    const vitest = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
    const outcomeOf = async (program: string): Promise<string> => {
      await writeFile(path.join(folder, 'written.property.ts'), withSources(program))
      return await outcome(process.execPath, [vitest, 'run', '--root', folder])
    }
    expect(await outcomeOf(text)).toBe('ended well')
    expect(await outcomeOf(text.replace('stream.destroy()', ''))).toMatch(/log-stream/)
  },
  LONG_MS,
)
