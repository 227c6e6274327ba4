import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ALWAYS, connectionsChange } from '../criteria/criteria.ts'
import { realTimeEngine } from '../engines/real-time.ts'
import { provideSimulated } from '../engines/simulated.ts'
import type { Phase } from '../phase.ts'
import { selectPhases } from '../phases/select-phases.ts'
import { onPath } from '../docker/on-path.ts'
import { conclusionsOf } from '../report/conclusions.ts'
import type { CriterionResult } from '../criteria/verdict.ts'
import type { RunResult } from '../report/run-result.ts'
import { runPhase } from '../run-phase.ts'
import { referenceSubject } from './reference.ts'
import { parseSubject, readSubjectFile } from './subject-file.ts'
import type { Subject } from './subject.ts'

/** Four containers for two seconds at a compression of 60. */
const BRIEF: Phase = {
  name: 'brief',
  requirement: 'D3',
  description: 'Four containers for a moment',
  durationSeconds: 120,
  slots: 10,
  load: { chatty: 2, bursty: 1, silent: 1 },
  criteria: [connectionsChange, ...ALWAYS],
}

async function run(phase: Phase, subject: Subject): Promise<RunResult> {
  await using engine = realTimeEngine(provideSimulated(), subject, null)
  return await runPhase(engine, phase, {
    compress: 60,
    seed: 1,
    signal: new AbortController().signal,
    progress: { step: () => undefined, clock: () => undefined },
  })
}

/** A subject whose command is a shell script, and that may have programs beside it. */
async function shell(
  script: string,
  programs: Readonly<Record<string, string>> = {},
  more: { readonly env?: object; readonly output?: object } = {},
): Promise<Subject> {
  const directory = await mkdtemp(path.join(import.meta.dirname, '.test-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  for (const [name, text] of Object.entries(programs)) await writeFile(path.join(directory, name), text)
  const keys = {
    name: 'mine',
    command: ['sh', '-c', script],
    env: { DOCKER_HOST: '{{docker_host}}', OUT_DIR: '{{out_dir}}', LABEL: '{{label}}', ...more.env },
    output: more.output ?? { from: 'files', files: '*.log' },
  }
  return parseSubject(JSON.stringify(keys), path.join(directory, 'mine.yaml'))
}

function failed(result: RunResult): string[] {
  return result.criteria.filter(({ pass }) => pass === false).map(({ id }) => id)
}

test('a subject that works through child processes is seen with all of them, and fails nothing but that it never rotates', async () => {
  const wrapper = await shell(FOLLOW_ALL, { 'one.ts': FOLLOW_ONE })
  const result = await run(BRIEF, wrapper)
  expect(failed(result)).toEqual(['lasting-connections'])
  expect(Math.max(...result.series.processes!.map((count) => count ?? 0))).toBe(5)
  expect(Math.min(...result.series.connections!.map((count) => count ?? 0))).toBeGreaterThanOrEqual(4)
  // Each Node has ten descriptors at the least.
  expect(Math.max(...result.series.fds!.map((count) => count ?? 0))).toBeGreaterThan(40)
})

test.skipIf(!(await onPath('nats-server')))(
  'what a subject publishes to NATS is its output, and nothing of the server is left',
  async () => {
    const publisher = await shell(
      FOLLOW_ALL,
      { 'one.ts': PUBLISH_ONE },
      { env: { NATS_URL: '{{nats_url}}' }, output: { from: 'sink' } },
    )
    const result = await run(BRIEF, publisher)
    expect(failed(result)).toEqual(['lasting-connections'])
    expect(result.lines.delivered).toBeGreaterThan(100)
    expect(await runningNatsServers()).toEqual([])
  },
)

test('a subject that ends at once is noticed before the clock starts, with its last words, and leaves nothing', async () => {
  const before = await runRooms()
  const dead = await shell('echo "cannot open database" >&2; exit 1')
  const result = await run(BRIEF, dead)
  expect(failed(result)).toEqual(['missing', 'subject'])
  expect(evidence(result, 'subject')).toEqual([
    'mine ended by itself: exit status 1; it said: cannot open database',
  ])
  expect(result.series.t.length).toBeLessThanOrEqual(1)
  expect((await runRooms()).filter((room) => !before.includes(room))).toEqual([])
})

test('a subject that writes what no container wrote fails by it', async () => {
  const writer = await shell(`yes garbage | head -c 400000 > "$OUT_DIR/all.log"; ${FOLLOW_ALL}`, {
    'one.ts': FOLLOW_ONE,
  })
  const result = await run(BRIEF, writer)
  expect(failed(result)).toEqual(['lasting-connections', 'unexpected'])
  expect(result.lines.unexpected).toBe(50_000)
  expect(evidence(result, 'unexpected')).toContain('nobody wrote: "garbage"')
})

test('a follower whose only position is the clock loses lines and repeats lines when it has to connect again', async () => {
  const result = await run(selectPhases(['reconnects'])[0]!, await shipped('naive-follower'))
  expect(failed(result)).toEqual(expect.arrayContaining(['missing', 'duplicated']))
  expect(evidence(result, 'missing').join()).toMatch(
    /wt-\d\d: [1-9]\d* of \d+ missing, \d+ of them read, first missing \d+, [1-9]\d* repeated/,
  )
  expect(conclusionsOf([result])[0]).toMatchObject({ loses: 'yes', repeats: 'yes' })
  expect(criterion(result, 'disturbances')?.pass).toBe(true)
})

test('the same follower never rotates, and that is seen at its connections', async () => {
  const brief = { ...BRIEF, load: { chatty: 2, bursty: 0, silent: 0 } }
  const names = failed(await run(brief, await shipped('naive-follower')))
  // It asks once more when the containers end: what it has of that second it may then have twice, if there is time for it.
  expect(names.filter((name) => name !== 'duplicated')).toEqual(['lasting-connections'])
})

test('the reference collector loses and repeats nothing over the same disturbances', async () => {
  const result = await run(selectPhases(['reconnects'])[0]!, referenceSubject(null))
  expect(result.criteria.filter(({ pass }) => pass !== true)).toEqual([])
  expect(conclusionsOf([result])[0]).toMatchObject({ hangs: 'no', loses: 'no', repeats: 'no' })
})

test.skipIf(!(await onPath('docker')))(
  'docker logs for each container passes while nothing is wrong, but that it never rotates, and ends with the first connection that is cut',
  async () => {
    expect(failed(await run(BRIEF, await shipped('docker-logs')))).toEqual(['lasting-connections'])
    const result = await run(selectPhases(['reconnects'])[0]!, await shipped('docker-logs'))
    expect(failed(result)).toEqual(expect.arrayContaining(['missing', 'subject']))
    expect(criterion(result, 'duplicated')?.pass).toBe(true)
  },
)

test('a subject that is not there is a verdict too', async () => {
  const absent = parseSubject('{name: mine, command: [no-such-collector]}', '/mine.yaml')
  const result = await run(BRIEF, absent)
  expect(failed(result)).toEqual(['missing', 'subject'])
  expect(evidence(result, 'subject')[0]).toContain('no-such-collector')
})

function criterion(result: RunResult, id: string): CriterionResult | undefined {
  return result.criteria.find((candidate) => candidate.id === id)
}

function evidence(result: RunResult, id: string): readonly string[] {
  return criterion(result, id)?.evidence ?? []
}

async function shipped(name: string): Promise<Subject> {
  return await readSubjectFile(path.join(import.meta.dirname, `${name}.yaml`))
}

async function runRooms(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('watertight-run-'))
}

/** Those that this process has started. */
async function runningNatsServers(): Promise<string[]> {
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  const names = children
    .split(' ')
    .filter((pid) => pid !== '')
    .map((pid) => readFile(`/proc/${pid}/comm`, 'utf8'))
  return (await Promise.all(names)).filter((name) => name.startsWith('nats-server'))
}

/** A process for each container, and nobody who tells them to end. */
const FOLLOW_ALL = 'for n in 01 02 03 04; do node one.ts wt-$n & done; wait'

/** Follows one container, named by its argument. */
const FOLLOW_ONE = `
import { createWriteStream } from 'node:fs'
import Docker from 'dockerode'
const name = process.argv[2]
const docker = new Docker({ socketPath: new URL(process.env.DOCKER_HOST).pathname })
const output = createWriteStream(process.env.OUT_DIR + '/' + name + '.log')
const stream = await docker.getContainer(name).logs({ follow: true, stdout: true, stderr: true })
docker.modem.demuxStream(stream, output, output)
`

/** Publishes each line of one container, named by its argument, to a stream. */
const PUBLISH_ONE = `
import { PassThrough } from 'node:stream'
import { createInterface } from 'node:readline'
import Docker from 'dockerode'
import { connect } from '@nats-io/transport-node'
const connection = await connect({ servers: process.env.NATS_URL })
const docker = new Docker({ socketPath: new URL(process.env.DOCKER_HOST).pathname })
const stream = await docker.getContainer(process.argv[2]).logs({ follow: true, stdout: true, stderr: true })
const text = new PassThrough()
docker.modem.demuxStream(stream, text, text)
stream.on('end', () => text.end())
for await (const line of createInterface({ input: text })) connection.publish('logs.' + process.argv[2], line)
await connection.close()
`
