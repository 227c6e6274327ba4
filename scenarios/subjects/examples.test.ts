import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises'
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../own-command.ts'
import { listenAnywhere } from './listen-anywhere.ts'
import { readSubjectFile } from './subject-file.ts'
import type { SubjectPlace } from './subject.ts'

const EXAMPLES = path.join(ROOT, 'examples', 'subjects')
const names = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const shipped = globSync('*.yaml', { cwd: import.meta.dirname })

/** A run on an engine of this machine that has nothing but a directory. */
async function place(): Promise<SubjectPlace> {
  const root = await mkdtemp(path.join(tmpdir(), 'examples-'))
  onTestFinished(() => rm(root, { recursive: true }))
  await mkdir(path.join(root, 'containers'))
  const server = createServer((_, response) => response.end(JSON.stringify({ DockerRootDir: root })))
  onTestFinished(() => void server.close())
  const dockerHost = `tcp://127.0.0.1:${await listenAnywhere(server)}`
  return {
    dockerHost,
    outDir: '/out',
    stateDir: '/state',
    tailDir: '/tailed',
    sinkUrl: 'http://127.0.0.1:1',
    syslogPort: 2,
    label: 'a=b',
  }
}

test('there are examples for the five collectors that most ask for', () => {
  expect(names.toSorted()).toEqual(['alloy', 'filebeat', 'fluent-bit', 'otel-collector', 'vector'])
})

test.each([
  ...names.map((name) => path.join(EXAMPLES, name, 'subject.yaml')),
  ...shipped.map((name) => path.join(import.meta.dirname, name)),
])('%s is a subject whose placeholders are all known', async (file) => {
  const definition = await (await readSubjectFile(file)).prepare(await place(), { slots: 50, compress: 60 })
  expect(definition.name).toBe(
    path.basename(file) === 'subject.yaml' ? path.basename(path.dirname(file)) : path.basename(file, '.yaml'),
  )
})

test.each(names)(
  'the configuration of %s is there, and asks for no variable that its subject does not set',
  async (name) => {
    const directory = path.join(EXAMPLES, name)
    const subject = await readFile(path.join(directory, 'subject.yaml'), 'utf8')
    const { env, command }: { env: object; command: string[] } = parse(subject)
    const configurations = readdirSync(directory).filter((file) => file !== 'subject.yaml')
    expect(configurations).toHaveLength(1)
    const [configuration = ''] = configurations
    expect(command.join(' ')).toContain(configuration)
    const text = readFileSync(path.join(directory, configuration), 'utf8')
    if (/\.ya?ml$/.test(configuration)) expect(parse(text)).toBeTypeOf('object')
    const asked = [...text.matchAll(/\$\{(?:env:)?(\w+)\}|sys\.env\("(\w+)"\)/g)].map(
      ([, one, other]) => one ?? other,
    )
    expect(new Set(asked)).toEqual(new Set(Object.keys(env)))
  },
)

test.each(names)(
  '%s is given the address of the sink if its output is looked for there, and only then',
  async (name) => {
    const directory = path.join(EXAMPLES, name)
    const subject: { env: Record<string, string>; output: { from: string } } = parse(
      await readFile(path.join(directory, 'subject.yaml'), 'utf8'),
    )
    expect(subject.output.from === 'sink').toBe(Object.values(subject.env).includes('{{sink_url}}'))
  },
)
