import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Document, parse } from 'yaml'
import { UsageError } from '../../usage-error.ts'
import type { CollectorConfig } from '../config.ts'
import { parseConfig, readConfig } from '../parse-config.ts'
import { editorSchema } from './editor-schema.ts'
import { exampleOf } from './example.ts'
import { describeKeys, type KeyDescription } from './key-description.ts'
import { printConfig } from './print-config.ts'
import { referencePage } from './reference-page.ts'

const keys = describeKeys()

/** `npm run docs` writes what these compare. */
describe('what follows from the schema is up to date', () => {
  test('the example, reference/operations/collector.yaml', async () => {
    await expect(exampleOf(keys)).toMatchFileSnapshot('../../operations/collector.yaml')
  })

  test('the JSON Schema for editors, reference/operations/collector.schema.json', async () => {
    const text = `${JSON.stringify(editorSchema(), null, 2)}\n`
    await expect(text).toMatchFileSnapshot('../../operations/collector.schema.json')
  })

  test('the reference page, docs/configuration.md', async () => {
    await expect(referencePage(keys)).toMatchFileSnapshot('../../../docs/configuration.md')
  })
})

test('every key says what it is for and what is allowed, and has a default or an example', () => {
  const values = leaves(keys).map(({ key }) => key)
  expect(values.length).toBeGreaterThan(100)
  const sections = (of: readonly KeyDescription[]): KeyDescription[] =>
    of.flatMap((key) => (key.keys === null ? [] : [key, ...sections(key.keys)]))
  expect(sections(keys).filter(({ description }) => description === '')).toEqual([])
  const poor = values.filter(
    ({ description, allowed, usual, example }) =>
      description === '' || allowed === '' || (usual === null && example === null),
  )
  expect(poor).toEqual([])
})

/** A file with some keys, each with one of a few values that are allowed by themselves. */
const someKeys = fc
  .uniqueArray(fc.constantFrom(...leaves(keys)), { maxLength: 12 })
  .chain((chosen) =>
    fc.tuple(
      ...chosen.map((leaf) => fc.constantFrom(...someOf(leaf.key)).map((value) => ({ ...leaf, value }))),
    ),
  )
  .map((values) => {
    const file = new Document({})
    for (const { path, value } of values) file.setIn(path, value)
    return file.toString()
  })

function leaves(
  of: readonly KeyDescription[],
  path: readonly string[] = [],
): { key: KeyDescription; path: string[] }[] {
  return of.flatMap((key) =>
    key.keys === null ? [{ key, path: [...path, key.key] }] : leaves(key.keys, [...path, key.key]),
  )
}

function someOf({ words, usual, example, secret }: KeyDescription): unknown[] {
  if (secret) return [usual]
  if (typeof (usual ?? example) === 'boolean') return [true, false]
  return [...words, usual, ...(example === null ? [] : [example])]
}

function said(text: string): { config: CollectorConfig; said: unknown } | null {
  try {
    return readConfig(text, { file: 'collector.yaml', env: {} })
  } catch (error) {
    // Values that are impossible together.
    if (error instanceof UsageError) return null
    throw error
  }
}

describe('of any configuration', () => {
  test('what --print prints means the same', () => {
    let compared = 0
    fc.assert(
      fc.property(someKeys, (text) => {
        const read = said(text)
        if (read === null) return
        compared++
        expect(parseConfig(printConfig(read.said), { file: 'printed', env: {} })).toEqual(read.config)
      }),
      { numRuns: 30 },
    )
    expect(compared).toBeGreaterThan(5)
  })

  test('what is allowed an editor allows, by the JSON Schema', () => {
    const accepts = new Ajv2020({ strict: false }).compile(editorSchema())
    fc.assert(
      fc.property(someKeys, (text) => {
        expect(accepts(parse(text)), JSON.stringify(accepts.errors)).toBe(true)
      }),
      { numRuns: 30 },
    )
    for (const text of [
      '',
      exampleOf(keys),
      'dispatcher: {workers: "${N:-4}"}',
      'file_monitor: {paths: ["${P}"]}',
    ])
      expect(accepts(parse(text)), text).toBe(true)
  })
})

test('an editor refuses what is not allowed', () => {
  const accepts = new Ajv2020({ strict: false }).compile(editorSchema())
  for (const text of [
    'x: 1',
    'dispatcher: {workers: 0}',
    'dispatcher: {worker: 1}',
    'log_level: loud',
    'container_monitor: {read_timeout: 30}',
  ])
    expect(accepts(parse(text)), text).toBe(false)
})

describe('--print', () => {
  test('shows the defaults, what the file says and what the environment adds', () => {
    const env = { DOCKER_HOST: 'tcp://engine', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/c', N: '7' }
    const read = readConfig('dispatcher: {workers: "${N}"}', { file: 'f', env })
    const printed: unknown = parse(printConfig(read.said))
    expect(printed).toMatchObject({
      state_dir: './data/state',
      container_monitor: { socket_path: 'tcp://engine', tls: { verify: true, ca: '/c/ca.pem' } },
      dispatcher: { workers: 7, retries_max: 2, dead_letters: { after_age: null } },
      sinks: { stdout: { enabled: false } },
    })
  })

  test('shows no secret', () => {
    const secrets =
      'api: {token: sesame-sesame-sesame}\nsinks: {loki: {bearer_token: sesame, basic_auth: {password: sesame}, headers: {X-Key: sesame}}, jetstream: {auth: {token: sesame, password: "${P}"}}}'
    const printed = printConfig(readConfig(secrets, { file: 'f', env: { P: 'sesame' } }).said)
    expect(printed).not.toContain('sesame')
    expect(printed.match(/\(hidden\)/g)).toHaveLength(6)
    expect(printed).toContain('X-Key: (hidden)')
  })
})
