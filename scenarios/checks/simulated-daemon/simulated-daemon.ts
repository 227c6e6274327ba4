import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { DOCKER_20_10, DOCKER_26, SimulatedDaemon, type SimulatedEngine } from '../../../simulators/index.ts'
import { dockerClient } from '../../docker/docker-host.ts'
import { availableEngine } from '../../docker/private-engine.ts'
import { provideWorkloadImage, WORKLOAD_IMAGE } from '../../docker/workload-image.ts'
import { verdict } from '../rig.ts'
import { logQueries, verbQuestions, type Question } from './questions.ts'

/**
 * The simulated daemon is asked what a real engine on a unix socket is asked, and must answer the same, byte for byte but for stamps and ids: all
 * combinations of log options, with and without a TTY, and all verbs. The words of refusals are compared on 20.10 only: later engines have others.
 */
export async function simulatedDaemon(): Promise<void> {
  await using real = await availableEngine((what) => process.stderr.write(`${what}\n`))
  const docker = dockerClient(real.host)
  await provideWorkloadImage(docker)
  const { Version } = await docker.version()
  const isOld = Number.parseInt(Version, 10) < FIRST_WITH_SINCE_UNTIL_MATCH
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-daemon-'))
  const listen = { socketPath: path.join(directory, 'docker.sock') }
  try {
    await using daemon = await SimulatedDaemon.listen({
      listen,
      personality: isOld ? DOCKER_20_10 : DOCKER_26,
      createdBehaviour: { kind: 'silent' },
    })
    const both = { docker, engine: daemon.engine, real: real.host, simulated: daemon.address }
    for (const tty of [false, true]) await compareLogs(both, tty)
    await compareVerbs(both, isOld)
  } finally {
    await rm(directory, { recursive: true })
  }
}

interface Both {
  readonly docker: Docker
  readonly engine: SimulatedEngine
  readonly real: string
  readonly simulated: string
}

async function compareLogs(both: Both, tty: boolean): Promise<void> {
  const name = `watertight-compared-${tty ? 'tty' : 'plain'}`
  const container = await createReal(both.docker, name, tty)
  try {
    await container.start()
    await container.wait()
    await writeSimulated(both.engine, name, tty)
    const base = `/v1.41/containers/${name}/logs?`
    const everything = `${base}stdout=1&stderr=1&timestamps=1`
    const [real, simulated] = await askBoth(both, { method: 'GET', path: everything })
    const stamps = { real: stampsIn(real.body), simulated: stampsIn(simulated.body) }
    let different = 0
    const queries = logQueries()
    for (const query of queries) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, to be easy on the engine
      const [expected, actual] = await Promise.all([
        ask(both.real, { method: 'GET', path: base + query(stamps.real) }),
        ask(both.simulated, { method: 'GET', path: base + query(stamps.simulated) }),
      ])
      different += countDifference(query(stamps.simulated), expected, actual)
    }
    const what = `log replies that differ, ${tty ? 'with' : 'without'} a TTY`
    verdict(what, different, different === 0, `0 of ${queries.length}`)
  } finally {
    await container.remove({ force: true })
  }
}

async function compareVerbs(both: Both, compareWords: boolean): Promise<void> {
  const name = 'watertight-compared-verbs'
  const container = await createReal(both.docker, name, false, 'while true; do usleep 100000; done')
  both.engine.addContainer({ name, started: false })
  let different = 0
  const questions = verbQuestions(name)
  try {
    for (const question of questions) {
      // oxlint-disable-next-line no-await-in-loop -- each changes what the next one finds
      const [expected, actual] = await askBoth(both, { ...question, path: `/v1.41${question.path}` })
      const title = `${question.method} ${question.path}`
      different += countDifference(
        title,
        expected,
        compareWords ? actual : { ...expected, status: actual.status },
      )
    }
  } finally {
    await container.remove({ force: true }).catch(() => {})
  }
  verdict('answers to verbs that differ', different, different === 0, `0 of ${questions.length}`)
}

async function createReal(
  docker: Docker,
  name: string,
  tty: boolean,
  script: string = SCRIPT,
): Promise<Docker.Container> {
  return await docker.createContainer({
    name,
    Image: WORKLOAD_IMAGE,
    Cmd: ['sh', '-c', script],
    Tty: tty,
    HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'json-file', Config: {} } },
  })
}

async function writeSimulated(engine: SimulatedEngine, name: string, tty: boolean): Promise<void> {
  const container = engine.addContainer({ name, tty })
  for (const [stream, output] of OUTPUT) {
    container.write(stream, output)
    await sleep(5)
  }
  engine.exit(name)
}

interface Answer {
  readonly status: number | undefined
  readonly type: string | undefined
  /** Without stamps and ids. */
  readonly comparable: string
  readonly body: string
}

async function askBoth(both: Both, question: Question): Promise<[Answer, Answer]> {
  return await Promise.all([ask(both.real, question), ask(both.simulated, question)])
}

async function ask(host: string, { method, path: url }: Question): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  request({ socketPath: new URL(host).pathname, path: url, method, agent: false }, (response) => {
    response.setEncoding('latin1')
    text(response).then(
      (body) =>
        resolve({
          status: response.statusCode,
          type: response.headers['content-type'],
          comparable: body.replaceAll(STAMP, 'STAMP').replaceAll(ID, 'ID'),
          body,
        }),
      reject,
    )
  })
    .on('error', reject)
    .end()
  return await promise
}

/** 1 and a line that says how, or 0. */
function countDifference(title: string, expected: Answer, actual: Answer): number {
  const show = ({ status, type, comparable }: Answer): string => JSON.stringify([status, type, comparable])
  if (show(expected) === show(actual)) return 0
  process.stdout.write(`${title}\n  real      ${show(expected)}\n  simulated ${show(actual)}\n`)
  return 1
}

function stampsIn(body: string): string[] {
  return body.match(STAMP) ?? []
}

const STAMP = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z/g
const ID = /[0-9a-f]{64}/g

/** What both containers write; the last without its newline. */
const OUTPUT: readonly (readonly ['stdout' | 'stderr', string])[] = [
  ['stdout', 'a\n'],
  ['stderr', 'b\n'],
  ['stdout', '\n'],
  ['stderr', 'd\n'],
  ['stdout', 'part'],
]
const SCRIPT =
  'echo a; usleep 50000; echo b >&2; usleep 50000; echo; usleep 50000; echo d >&2; usleep 50000; printf part'

/** The major version from which `since` is dropped at the first match. */
const FIRST_WITH_SINCE_UNTIL_MATCH = 24
