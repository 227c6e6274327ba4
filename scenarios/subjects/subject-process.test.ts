import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { parseSubject } from './subject-file.ts'
import { SubjectProcess, type SubjectLimits } from './subject-process.ts'

/** A subject that is a shell script. */
async function shell(
  script: string,
  keys: object = {},
  limits: Partial<SubjectLimits> = {},
): Promise<SubjectProcess> {
  return await subject({ command: ['sh', '-c', script], ...keys }, limits)
}

async function subject(keys: object, limits: Partial<SubjectLimits> = {}): Promise<SubjectProcess> {
  const directory = await mkdtemp(path.join(tmpdir(), 'subject-process-'))
  const parsed = parseSubject(JSON.stringify({ name: 'mine', ...keys }), path.join(directory, 'mine.yaml'))
  const place = {
    dockerHost: '',
    outDir: directory,
    stateDir: directory,
    tailDir: '',
    sinkUrl: '',
    label: 'a=b',
  }
  const definition = await parsed.prepare(place, { slots: 1, compress: 1 })
  const process = new SubjectProcess(definition, directory, { readyMs: 60_000, stopMs: 60_000, ...limits })
  onTestFinished(async () => {
    await process.kill()
    await rm(directory, { recursive: true })
  })
  await process.start(new AbortController().signal)
  return process
}

async function untilEnded(process: SubjectProcess): Promise<void> {
  await vi.waitFor(async () => expect(await process.isRunning()).toBe(false), WAIT)
}

test('one that is not there has a problem that names it', async () => {
  const process = await subject({ command: ['no-such-collector'] })
  expect(await process.isRunning()).toBe(false)
  expect(process.problems).toEqual([expect.stringMatching(/^mine could not be started: .*no-such-collector/)])
})

test('one that ends at once is known by its status and what it said last, line by line and no more than five', async () => {
  const process = await shell('for i in 1 2 3 4 5 6; do echo "line $i" >&2; done; exit 3')
  await untilEnded(process)
  expect(process.problems).toEqual([
    'mine ended by itself: exit status 3; it said: line 2 | line 3 | line 4 | line 5 | line 6',
  ])
})

test('one may have no more descriptors than it is allowed, and cannot raise that', async () => {
  const process = await shell('ulimit -Sn; ulimit -Hn; exit 1', {}, { descriptorLimit: 99 })
  await untilEnded(process)
  expect(process.problems).toEqual(['mine ended by itself: exit status 1; it said: 99 | 99'])
})

test('one that is silent on standard error is known by what it said on standard output', async () => {
  const process = await shell('echo cannot open database; kill -9 $$')
  await untilEnded(process)
  expect(process.problems).toEqual(['mine ended by itself: SIGKILL; it said: cannot open database'])
})

test('log lines on standard output are nobody’s last words', async () => {
  const process = await shell('echo wt-01 1; exit 1', { output: { from: 'stdout' } })
  await untilEnded(process)
  expect(process.problems).toEqual(['mine ended by itself: exit status 1'])
})

test('when its containers have ended it may end too, but not fail', async () => {
  const [ends, fails] = [await shell('sleep 1'), await shell('sleep 1; exit 4')]
  ends.mayEnd()
  fails.mayEnd()
  await untilEnded(ends)
  await untilEnded(fails)
  expect(ends.problems).toEqual([])
  expect(fails.problems).toEqual(['mine ended by itself: exit status 4'])
})

test('one that ends before it is ready is not waited for', async () => {
  const process = await shell('echo bad key >&2; exit 2', { ready: 'listening' })
  expect(process.problems).toEqual(['mine ended by itself: exit status 2; it said: bad key'])
})

test('one that never gets ready has a problem, and is ended', async () => {
  const process = await shell('sleep 60', { ready: 'listening' }, { readyMs: 300 })
  expect(process.problems).toEqual(['mine did not print /listening/ within 0.3 s'])
  await process.stop()
  expect(await process.pids()).toEqual([])
})

test('one that ignores SIGTERM is killed with all it has started, and that is a problem', async () => {
  const process = await shell(
    `trap '' TERM; echo I stay >&2; sh -c "trap '' TERM; echo ready; while :; do sleep 1; done" & while :; do sleep 1; done`,
    { ready: 'ready' },
    { stopMs: 500 },
  )
  const all = await process.pids()
  const { seconds } = await process.stop()
  expect(seconds).toBeGreaterThanOrEqual(0.5)
  expect(process.problems).toEqual([
    'mine did not end within 0.5 s of SIGTERM, and was killed; it said: I stay',
  ])
  await expectGone(all)
})

test('what a wrapper leaves behind when it ends is told to end too', async () => {
  const process = await shell('setsid sleep 60 & sleep 60 & echo ready; wait', { ready: 'ready' })
  await vi.waitFor(async () => expect(await process.pids()).toHaveLength(3), WAIT)
  const all = await process.pids()
  await process.stop()
  expect(process.problems).toEqual([])
  await expectGone(all)
})

test('one that goes into the background has not ended', async () => {
  const process = await shell('setsid sh -c "echo ready; sleep 60; :" & exit 0', { ready: 'ready' })
  await vi.waitFor(async () => expect(await process.pids()).toHaveLength(2), WAIT)
  expect(await process.isRunning()).toBe(true)
  expect(process.problems).toEqual([])
})

test('after a kill it can be started again, and what it said before is kept', async () => {
  const process = await shell('echo again >&2; exec sleep 60')
  await process.kill()
  await process.start(new AbortController().signal)
  expect(await process.isRunning()).toBe(true)
  expect(process.problems).toEqual([])
  await process.stop()
})

/** Nothing that runs has one of these pids; a zombie may. */
async function expectGone(pids: readonly number[]): Promise<void> {
  const states = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '(gone) Z')),
  )
  expect(states.filter((stat) => !/\) Z/.test(stat))).toEqual([])
}

const WAIT = { timeout: 30_000, interval: 50 }
