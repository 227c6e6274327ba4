import { execFile, spawnSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import Docker from 'dockerode'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HttpDockerEngine } from '../../reference/adapters/engine/http-docker-engine.ts'
import { framesOf, never as signal, readToEnd } from '../engine/test-support.ts'
import { eventually, socketOf, startDaemon } from './daemon.test-helper.ts'

describe('clients work unchanged', () => {
  test("the collector's own adapter lists, inspects, follows and hears events", async () => {
    const daemon = await startDaemon()
    const engine = new HttpDockerEngine(daemon.address)
    onTestFinished(() => engine.close())
    const container = daemon.engine.addContainer({ name: 'web', labels: { a: 'b' } })
    expect(await engine.info({ signal })).toEqual({ kind: 'docker', version: '26.1.5', apiVersion: '1.45' })
    const summary = { id: container.id, name: 'web', labels: { a: 'b' }, running: true }
    expect(await engine.listContainers({ signal })).toEqual([summary])
    expect(await engine.inspectContainer('web', { signal })).toEqual({
      ...summary,
      image: 'simulated:latest',
      tty: false,
      logDriver: 'json-file',
      logPath: '',
      startedAt: expect.any(String),
    })
    const events = await engine.openEvents({ signal })
    const log = await engine.openLogs('web', { follow: true, signal })
    container.write('stdout', 'one\n')
    daemon.engine.stop('web')
    expect(framesOf(await readToEnd(log)).map(({ data }) => data)).toEqual(['one\n'])
    expect(await events.read({ signal })).toMatchObject({ action: 'kill', name: 'web' })
    expect(await events.read({ signal })).toMatchObject({ action: 'die', name: 'web' })
    log.destroy()
    events.destroy()
    await expect(engine.inspectContainer('nope', { signal })).rejects.toMatchObject({ code: 'not_found' })
  })

  test('dockerode lists, inspects, reads logs, creates, waits and removes', async () => {
    const daemon = await startDaemon({ createdBehaviour: { kind: 'silent' } })
    const docker = new Docker({ socketPath: socketOf(daemon) })
    const container = await docker.createContainer({ name: 'web', Image: 'busybox', Cmd: ['true'] })
    await container.start()
    daemon.engine.container('web').write('stdout', 'hello\n')
    const logs = await container.logs({ stdout: true, stderr: true, timestamps: true, follow: false })
    expect(framesOf(logs).map(({ data }) => data)).toEqual(['hello\n'])
    const waiting = container.wait()
    await delay(20)
    await container.kill()
    expect(await waiting).toEqual({ StatusCode: 137 })
    expect((await container.inspect()).State.ExitCode).toBe(137)
    await container.remove()
    expect(await docker.listContainers({ all: true })).toEqual([])
  })

  const hasDockerCommand = spawnSync('docker', ['--version']).status === 0

  test.runIf(hasDockerCommand)('the docker command shows, follows, stops and removes', async () => {
    const daemon = await startDaemon()
    const container = daemon.engine.addContainer({ name: 'web', image: 'nginx' })
    const docker = async (...args: string[]): Promise<string> => {
      const options = { env: { ...process.env, DOCKER_HOST: daemon.address }, timeout: 30_000 }
      return (await promisify(execFile)('docker', args, options)).stdout.trim()
    }
    container.write('stdout', 'one\ntwo\n')
    expect(await docker('ps', '--format', '{{.Names}} {{.Image}} {{.State}}')).toBe('web nginx running')
    expect(await docker('logs', '--tail', '1', 'web')).toBe('two')
    expect(await docker('logs', '-t', 'web')).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{9}Z one\n/)
    const following = docker('logs', '-f', '--since', '1h', 'web')
    await eventually(() => container.wires.size === 1)
    container.write('stdout', 'three\n')
    expect(await docker('stop', 'web')).toBe('web')
    expect(await following).toBe('one\ntwo\nthree')
    expect(await docker('inspect', '-f', '{{.State.ExitCode}}', 'web')).toBe('143')
    const seen = await docker('events', '--since', '1h', '--until', '-1s', '--format', '{{.Action}}')
    expect(seen).toBe('create\nstart\nkill\ndie\nstop')
    expect(await docker('rm', 'web')).toBe('web')
    expect(daemon.engine.containers).toEqual([])
  })
})
