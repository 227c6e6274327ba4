import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { VERBS } from '../../verbs.ts'
import { readConfig } from '../../reference/config/parse-config.ts'
import { ROOT } from '../own-command.ts'
import { scenarioOf } from '../simulated/phase-scenario.ts'
import { parseSubject } from '../subjects/subject-file.ts'
import { blocksOf, commandsOf, MARKS, type Block, type Mark } from './blocks.ts'

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')
const found = await Array.fromAsync(
  glob(['*.md', 'docs/**/*.md', 'examples/*/*.md', '.github/**/*.md'], { cwd: ROOT }),
)
const documents = found.toSorted().map((file) => ({ file, text: read(file) }))
const blocks = documents.flatMap(({ file, text }) => blocksOf(file, text))
const marked = (kind: Mark['kind']): Block[] => blocks.filter(({ mark }) => mark?.kind === kind)

test('every block of code in a document says how it is held to what it says', () => {
  expect(blocks.filter(({ mark }) => mark === null).map(({ place }) => place)).toEqual([])
  expect(blocks.length).toBeGreaterThan(10)
})

describe('blocks', () => {
  const fence = '```'

  test('are found with their place, their language and their mark', () => {
    const text = `# A\n\n<!-- test: no, it needs a cluster -->\n\n${fence}sh\na\nb\n${fence}\n\n- b\n\n  ${fence}ts\n  c\n  ${fence}\n${fence}\nd\n${fence}\n`
    expect(blocksOf('a.md', text)).toEqual([
      {
        place: 'a.md:5',
        language: 'sh',
        text: 'a\nb\n',
        mark: { kind: 'no', argument: 'it needs a cluster' },
      },
      { place: 'a.md:12', language: 'ts', text: '  c\n', mark: null },
    ])
  })

  test.each(['no', 'nonsense', ''])('the mark "%s" is none', (mark) => {
    expect(blocksOf('a.md', `<!-- test: ${mark} -->\n\n${fence}sh\na\n${fence}\n`)[0]!.mark).toBeNull()
  })

  test('each kind of mark is used, so that none goes untested', () => {
    expect(MARKS.filter((kind) => marked(kind).length === 0)).toEqual([])
  })
})

describe('what documents show', () => {
  for (const { place, text } of marked('collector'))
    test(`${place} is a configuration`, () => {
      expect(readConfig(text, { file: place, env: {} }).config.stateDir).not.toBe('')
    })

  for (const { place, text } of marked('subject'))
    test(`${place} is a subject file`, () => {
      expect(parseSubject(text, place).name).not.toBe('')
    })

  for (const { place, text } of marked('scenario'))
    test(`${place} is a scenario file`, () => {
      expect(scenarioOf({ file: place, text }, []).timeline).not.toEqual([])
    })

  for (const { place, text, mark } of marked('excerpt'))
    test(`${place} stands in ${mark!.argument}`, () => {
      const lines = new Set(
        read(mark!.argument)
          .split('\n')
          .map((line) => line.trim()),
      )
      const missing = text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('//') && !lines.has(line))
      expect(missing).toEqual([])
    })

  for (const { place, text } of marked('routes'))
    test(`${place} asks for routes that there are`, () => {
      const { paths }: { paths: object } = JSON.parse(read('reference/operations/openapi.json'))
      const known = new Set([...Object.keys(paths), '/metrics'])
      const asked = [...text.matchAll(/localhost:\d+(\/[\w/]*)/g)].map(([, route]) => route!)
      expect(asked.length).toBeGreaterThan(0)
      expect(asked.filter((route) => !known.has(route))).toEqual([])
    })
})

describe('commands in documents', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))

  test('of npm are scripts', () => {
    const named = documents.flatMap(({ file, text }) =>
      commandsOf(text).scripts.map((name) => ({ file, name })),
    )
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter(({ name }) => !Object.hasOwn(scripts, name))).toEqual([])
  })

  test('of watertight are verbs with options that they have', async () => {
    const program = new Command()
    for (const load of new Set(Object.values(VERBS))) (await load())(program)
    const options = new Map(
      program.commands.map((command) => [
        command.name(),
        [command, ...command.commands].flatMap((each) => each.options.map(({ long }) => long)),
      ]),
    )
    const wrong = documents.flatMap(({ file, text }) =>
      commandsOf(text).verbs.flatMap(({ verb, options: named }) => {
        const known = options.get(verb)
        if (known === undefined) return [`${file}: watertight ${verb}`]
        return named
          .filter((name) => !known.includes(name))
          .map((name) => `${file}: watertight ${verb} ${name}`)
      }),
    )
    expect(wrong).toEqual([])
  })
})
