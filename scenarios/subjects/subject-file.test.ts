import { expect, test } from 'vitest'
import { NUMBERED_LINE } from '../audit/numbered-line.ts'
import { parseSubject, readSubjectFile } from './subject-file.ts'
import type { SubjectDefinition } from './subject.ts'

const PLACE = {
  dockerHost: 'unix:///run/docker.sock',
  outDir: '/out',
  stateDir: '/state',
  tailDir: '',
  sinkUrl: 'http://127.0.0.1:1',
  label: 'watertight.run=1',
}

function define(yaml: string): Promise<SubjectDefinition> {
  return parseSubject(yaml, '/subjects/mine.yaml').prepare(PLACE, { slots: 50, compress: 60 })
}

test('placeholders are filled in wherever they stand', async () => {
  const definition = await define(`
name: mine
command: [mine, --out, "{{out_dir}}"]
env: {DOCKER_HOST: "{{docker_host}}", STATE: "{{ state_dir }}", SINK: "{{sink_url}}/push", LABEL: "{{label}}"}
`)
  expect(definition.command).toEqual(['mine', '--out', '/out'])
  expect(definition.env).toEqual({
    DOCKER_HOST: PLACE.dockerHost,
    STATE: PLACE.stateDir,
    SINK: 'http://127.0.0.1:1/push',
    LABEL: PLACE.label,
  })
  expect(definition.workingDirectory).toBe('/subjects')
})

test('what is left out has a default that promises nothing', async () => {
  expect(await define('{name: mine, command: [mine]}')).toMatchObject({
    ready: null,
    output: { from: 'files', pattern: NUMBERED_LINE },
    metrics: null,
    healthUrl: null,
  })
})

test('metrics that are not named are not known', async () => {
  const definition = await define(
    '{name: mine, command: [mine], metrics: {url: "http://x", tasks: my_tasks}}',
  )
  expect(definition.metrics?.names).toMatchObject({ tasks: 'my_tasks', rotations: null, deadlineErrors: [] })
})

test.each([
  ['{name: mine, comand: [mine]}', /comand/],
  ['{name: mine, command: mine}', /command/],
  ['{name: mine, command: [mine], output: {from: disk}}', /output\.from.*stdout/],
  ['{name: mine, command: [mine], output: {pattern: "(?<line>1)"}}', /output\.pattern.*container/],
  ['{name: mine, command: [mine], ready: "("}', /ready.*regular expression/],
  ['name: [', /mine\.yaml/],
])('%s is refused with what is wrong', (yaml, message) => {
  expect(() => parseSubject(yaml, 'mine.yaml')).toThrow(message)
})

test('a placeholder that does not exist is named', async () => {
  await expect(define('{name: mine, command: ["{{out}}"]}')).rejects.toThrow(
    /\{\{out\}\}.*out_dir.*data_root/,
  )
})

test('a place where nobody takes syslog has no port for it', async () => {
  await expect(define('{name: mine, command: ["{{syslog_port}}"]}')).rejects.toThrow(
    /Cannot fill in \{\{syslog_port\}\}/,
  )
})

test('the engine is asked for its directory only for a subject that reads it', async () => {
  expect((await define('{name: mine, command: [mine]}')).storedLogs).toBeNull()
  await expect(
    define('{name: mine, command: [mine], env: {ROOT: "{{ data_root }}/containers"}}'),
  ).rejects.toThrow(
    /Cannot fill in \{\{data_root\}\}: the engine at unix:\/\/\/run\/docker.sock does not say/,
  )
})

test('the leaky follower is a valid subject', async () => {
  const file = new URL('leaky-follower.yaml', import.meta.url).pathname
  const definition = await (await readSubjectFile(file)).prepare(PLACE, { slots: 50, compress: 60 })
  expect(definition.command[0]).toBe('node')
})

test('what says that it is ready is no log line of its standard output, nor is what the file says to ignore', async () => {
  const yaml = '{name: mine, command: [mine], ready: up, output: {from: stdout, ignore: "^# "}}'
  const { output, isToldWhich } = await define(yaml)
  expect(output.ignored).toEqual([/^# /, /up/])
  expect(isToldWhich).toBe(false)
})

test('a subject that is given the label was told which containers to follow', async () => {
  expect((await define('{name: mine, command: [mine, "{{ label }}"]}')).isToldWhich).toBe(true)
})
