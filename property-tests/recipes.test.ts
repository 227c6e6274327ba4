import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { RECIPES } from './recipes/recipes.ts'

const ROOT = path.dirname(import.meta.dirname)

/** Under "Where to add" in ARCHITECTURE.md: by what is added, the second column. */
const written = new Map(
  readFileSync(path.join(ROOT, 'ARCHITECTURE.md'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, what, where] = /^\| ([\w ]+?) +\| (.*?) +\|$/.exec(line) ?? []
      return what === undefined ? [] : [[what, where!] as const]
    }),
)

let found: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {}

beforeAll(() => {
  const program = fileURLToPath(new URL('./recipes/try-recipes.ts', import.meta.url))
  const { stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' })
  expect(stderr).toBe('')
  found = JSON.parse(stdout)
})

describe.each(RECIPES)('adding $what', ({ what, patches }) => {
  test('touches only files that its recipe names', () => {
    const places = [...written.get(what)!.matchAll(/`([\w./-]+)`/g)].map(([, place]) => place!)
    const isNamed = (file: string): boolean =>
      places.some((place) => file === place || file.startsWith(`${place}/`))
    expect(patches.map(({ file }) => file).filter((file) => !isNamed(file))).toEqual([])
  })

  test('makes it appear everywhere', () => {
    expect(Object.entries(found[what]!).filter(([, isThere]) => !isThere)).toEqual([])
    expect(Object.keys(found[what]!)).not.toEqual([])
  })
})
