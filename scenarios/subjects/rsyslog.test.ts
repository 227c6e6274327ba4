import { appendFile, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { auditOutput } from '../audit/output-audit.ts'
import { numberedLine } from '../audit/numbered-line.ts'
import { onPath } from '../docker/on-path.ts'
import { SubjectObserver } from '../probes/subject-observer.ts'
import { startSinkServer } from './sink-server.ts'
import { listenAnywhere } from './listen-anywhere.ts'
import { readSubjectFile } from './subject-file.ts'
import { SubjectProcess } from './subject-process.ts'

const isInstalled = await onPath('rsyslogd')
const CONTAINERS = ['wt-01', 'wt-02'] as const
const LINES = 50

/** The directories of a run, and an engine that has nothing but its directory and the logs in it. */
async function rooms(): Promise<{ root: string; host: string }> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'rsyslog-')))
  onTestFinished(() => rm(root, { recursive: true }))
  const logs = CONTAINERS.map((name) => path.dirname(logOf(root, name)))
  for (const directory of [...logs, ...['out', 'state', 'logs'].map((name) => path.join(root, name))])
    await mkdir(directory, { recursive: true })
  for (const name of CONTAINERS) await writeFile(logOf(root, name), '')
  const info = JSON.stringify({ DockerRootDir: path.join(root, 'docker') })
  const server = createServer((_, response) => response.end(info))
  onTestFinished(() => void server.close())
  return { root, host: `tcp://127.0.0.1:${await listenAnywhere(server)}` }
}

function logOf(root: string, name: string): string {
  return path.join(root, 'docker', 'containers', name, `${name}-json.log`)
}

/** As the json-file driver stores them. */
async function write(root: string, from: number, to: number): Promise<void> {
  for (const name of CONTAINERS) {
    const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index)
    const records = numbers.map((number) =>
      JSON.stringify({
        log: `${numberedLine(name, number)}\n`,
        stream: 'stdout',
        time: '2026-01-01T00:00:00Z',
      }),
    )
    await appendFile(logOf(root, name), `${records.join('\n')}\n`)
  }
}

test.for(['rsyslog', 'rsyslog-network'])(
  '%s follows every stored log, and goes on after a restart where it was',
  async (subjectName, { skip }) => {
    skip(!isInstalled, 'there is no rsyslogd on the PATH: apt-get install rsyslog')
    const { root, host } = await rooms()
    const subject = await readSubjectFile(path.join(import.meta.dirname, `${subjectName}.yaml`))
    const outDir = path.join(root, 'out')
    await using sink = await startSinkServer(path.join(outDir, 'all.log'))
    const place = {
      dockerHost: host,
      outDir,
      stateDir: path.join(root, 'state'),
      tailDir: '',
      sinkUrl: sink.url,
      syslogPort: sink.syslogPort,
      label: '',
    }
    const definition = await subject.prepare(place, { slots: 50, compress: 60 })
    const output = { ...definition.output, directory: outDir, glob: 'all.log' }
    const missing = async (lines: number): Promise<number> =>
      (await auditOutput(output, new Map(CONTAINERS.map((name) => [name, lines])))).missing

    await using process = new SubjectProcess(definition, path.join(root, 'logs'))
    const observer = new SubjectObserver(
      definition,
      { pids: () => process.pids(), connections: () => 0 },
      host,
    )
    await process.start(new AbortController().signal)
    await expect
      .poll(async () => (await observer.opened()).streams, { timeout: 10_000 })
      .toBe(CONTAINERS.length)
    await write(root, 1, LINES)
    await expect.poll(() => missing(LINES), { timeout: 10_000 }).toBe(0)
    expect(await process.stop()).toMatchObject({ exitCode: 0 })
    await write(root, LINES + 1, 2 * LINES)
    await process.start(new AbortController().signal)
    await expect.poll(() => missing(2 * LINES), { timeout: 10_000 }).toBe(0)
    await process.stop()

    expect(process.problems).toEqual([])
    const emitted = new Map(CONTAINERS.map((name) => [name, 2 * LINES]))
    expect(await auditOutput(output, emitted)).toMatchObject({ missing: 0, duplicated: 0, unexpected: 0 })
    expect((await readFile(path.join(outDir, 'all.log'), 'utf8')).split('\n')).toHaveLength(4 * LINES + 1)
  },
)
