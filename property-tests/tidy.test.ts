import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { ambientAccess } from './tidy/ambient-access.ts'
import { crowdedFolders } from './tidy/crowded-folders.ts'
import { deadFiles } from './tidy/dead-files.ts'
import { importCircles } from './tidy/import-circles.ts'
import { wrongImports } from './tidy/import-directions.ts'
import { machinePaths } from './tidy/machine-paths.ts'
import type { SourceFile } from './tidy/source-file.ts'

const ROOT = path.dirname(import.meta.dirname)
const NOT_SOURCES = new Set(['.git', 'node_modules', 'dist', 'dist.new', 'dist.old', 'out', 'data'])

/** Every text file of the project. */
function projectFiles(directory = ''): SourceFile[] {
  return readdirSync(path.join(ROOT, directory), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(directory, entry.name)
    if (NOT_SOURCES.has(entry.name)) return []
    if (entry.isDirectory()) return projectFiles(file)
    return [{ path: file, text: readFileSync(path.join(ROOT, file), 'utf8') }]
  })
}

const files = projectFiles()
const one = (file: string, text: string): SourceFile[] => [{ path: file, text }]
/** Files by path, each with its text. */
const filesOf = (texts: Readonly<Record<string, string>>): SourceFile[] =>
  Object.entries(texts).map(([file, text]) => ({ path: file, text }))
/** So many empty files in one folder. */
const emptyFiles = (count: number, folder: string, ending = '.ts'): SourceFile[] =>
  Array.from({ length: count }, (_, index) => ({ path: `${folder}/${index}${ending}`, text: '' }))

describe('imports', () => {
  test('go only in the fixed directions', () => {
    expect(wrongImports(files)).toEqual([])
  })

  for (const [file, text] of [
    ['reference/a.ts', "import { b } from '../simulators/b.ts'"],
    ['reference/docker/a.ts', "import type { b } from '../../scenarios/b.ts'"],
    ['reference/docker/a.ts', "const b = await import('../adapters/b.ts')"],
    ['simulators/engine/a.ts', "export { b } from '../../reference/docker/b.ts'"],
    ['simulators/world/a.ts', "import type { b } from '../engine/b.ts'"],
    ['simulators/engine/log/a.ts', "import type { b } from '../../machine/b.ts'"],
    ['simulators/machine/a.ts', "import type { World } from '../world.ts'"],
    ['simulators/file-system/a.ts', "import type { b } from '../index.ts'"],
    ['property-tests/a.ts', "import '../scenarios/b.ts'"],
    ['scenarios/a.ts', "import { b } from '../property-tests/b.ts'"],
  ] as const) {
    test(`${file}: ${text} is found`, () => {
      expect(wrongImports(one(file, text))).toHaveLength(1)
    })
  }

  test('of tests, of packages and in comments are left alone', () => {
    expect(wrongImports(one('reference/a.test.ts', "import { b } from '../simulators/b.ts'"))).toEqual([])
    expect(wrongImports(one('reference/a.ts', "// from '../simulators/b.ts'\nimport c from 'zod'"))).toEqual(
      [],
    )
  })
})

describe('circles of imports', () => {
  test('are nowhere', () => {
    expect(importCircles(files)).toEqual([])
  })

  test('are found, with the way round, whatever else the files import', () => {
    const found = importCircles(
      filesOf({
        'a/one.ts': "import { leaf } from '../leaf.ts'\nimport { two } from './two.ts'",
        'a/two.ts': "export { three } from '../b/three.ts'\nimport z from 'zod'",
        'b/three.ts': "const one = await import('../a/one.ts')",
        'b/four.ts': "import { one } from '../a/one.ts'\nimport { five } from './five.test.ts'",
        'b/five.test.ts': "import { four } from './four.ts'",
        'leaf.ts': '',
      }),
    )
    expect(found.toSorted()).toEqual([
      'a/one.ts -> a/two.ts -> b/three.ts -> a/one.ts is a circle of imports',
      'b/five.test.ts -> b/four.ts -> b/five.test.ts is a circle of imports',
    ])
  })

  for (const [what, text] of [
    ['of types', "import type { b } from './b.ts'"],
    ['in a type', "let b: typeof import('./b.ts')"],
  ] as const) {
    test(`${what} are found`, () => {
      expect(importCircles(filesOf({ 'a.ts': text, 'b.ts': "import { a } from './a.ts'" }))).toHaveLength(1)
    })
  }

  test('a file that imports itself is one', () => {
    expect(importCircles(filesOf({ 'a.ts': "import { a } from './a.ts'" }))).toHaveLength(1)
  })

  test('are not where several ways lead to the same file', () => {
    const diamond = filesOf({
      'a.ts': "import './b.ts'\nimport './c.ts'",
      'b.ts': "import './d.ts'",
      'c.ts': "import './d.ts'\nimport './b.ts'",
      'd.ts': "// import './a.ts'",
    })
    expect(importCircles(diamond)).toEqual([])
  })
})

describe('clock, files and network', () => {
  test('come only through the ports', () => {
    expect(ambientAccess(files)).toEqual([])
  })

  for (const text of [
    "import { open } from 'node:fs/promises'",
    "import fastify from 'fastify'",
    'setTimeout(run, 5)',
    'await new Promise((resolve) => setImmediate(resolve))',
    'const now = Date.now()',
  ]) {
    test(`${text} is found`, () => {
      expect(ambientAccess(one('reference/docker/a.ts', text))).toHaveLength(1)
      expect(ambientAccess(one('simulators/a.ts', text))).toHaveLength(1)
      expect(ambientAccess(one('reference/adapters/a.ts', text))).toEqual([])
    })
  }

  test('of a port are no way around it', () => {
    expect(
      ambientAccess(one('reference/a.ts', 'clock.now(); this.#clock.setTimeout(5) // Date.now()')),
    ).toEqual([])
  })
})

describe('files', () => {
  test('all lead somewhere', () => {
    expect(deadFiles(files)).toEqual([])
  })

  test('that nothing leads to are found, others not', () => {
    const project = [
      { path: 'package.json', text: '{"bin": "dist/cli.js", "scripts": {"bench": "node tools/bench.ts"}}' },
      { path: 'cli.ts', text: "await import('./a/one.ts')" },
      { path: 'a/one.ts', text: "import { two } from '../b/two.ts'" },
      { path: 'b/two.ts', text: '' },
      { path: 'b/settings.yaml', text: 'command: [node, three.ts]' },
      { path: 'b/three.ts', text: '' },
      { path: 'README.md', text: '`node b/documented.ts --help`, and b/deader.ts' },
      { path: 'b/documented.ts', text: '' },
      { path: 'tools/bench.ts', text: '' },
      { path: 'b/four.test.ts', text: "import { five } from './five.ts'" },
      { path: 'b/five.ts', text: '' },
      { path: 'b/dead.ts', text: "import './deader.ts'" },
      { path: 'b/deader.ts', text: '' },
    ]
    expect(deadFiles(project)).toEqual(['b/dead.ts', 'b/deader.ts'])
  })
})

describe('folders', () => {
  test('of the collector and of the simulators have twenty sources at most', () => {
    expect(crowdedFolders(files.filter((file) => /^(?:reference|simulators)\//.test(file.path)))).toEqual([])
  })

  test('of more are found; tests and folders within do not count', () => {
    const twenty = [...emptyFiles(20, 'a'), ...emptyFiles(20, 'a/b'), ...emptyFiles(5, 'a', '.test.ts')]
    expect(crowdedFolders(twenty)).toEqual([])
    expect(crowdedFolders([...twenty, ...emptyFiles(1, 'a', '.more.ts')])).toEqual([
      'a has 21 sources; at most 20 are allowed',
    ])
  })
})

describe('paths of one machine', () => {
  test('are nowhere', () => {
    expect(machinePaths(files)).toEqual([])
  })

  test('are found', () => {
    const home = ['', 'home', 'me', 'project'].join('/')
    expect(machinePaths(one('a.ts', `const a = '${home}'`))).toEqual([`a.ts names ${home}`])
    expect(machinePaths(one('a.ts', '/var/run/docker.sock and a/home/b'))).toEqual([])
  })
})

describe('metrics', () => {
  test('that the documents name exist', () => {
    const metrics = files
      .filter((file) => file.path.startsWith('reference/metrics/') && !file.path.endsWith('.test.ts'))
      .map(({ text }) => text)
      .join('\n')
    const named = files
      .filter((file) => file.path.endsWith('.md'))
      .flatMap(({ text }) => [...text.matchAll(/log_capturer_[a-z_]+[a-z]/g)].map(([name]) => name))
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !metrics.includes(`'${name}'`))).toEqual([])
  })
})

describe('decisions', () => {
  test('have a number each, in the name of the file and in its title', () => {
    const decisions = files.filter((file) => file.path.startsWith('docs/decisions/'))
    const numbers = decisions
      .map(({ path: name }) => Number(/(\d+)-/.exec(name)![1]))
      .toSorted((a, b) => a - b)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    for (const { path: name, text } of decisions)
      expect(text).toMatch(new RegExp(`^# ${Number(/(\d+)-/.exec(name)![1])}\\. `))
  })
})
