import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { eventually } from '../daemon.test-helper.ts'
import { startPodman } from './libpod.test-helper.ts'

/** Podman's own client, where there is one: what it shows is what it shows of a real engine. */
describe('the podman command', () => {
  test('lists, shows, follows, hears events, controls and removes', async (context) => {
    context.skip(!hasPodman(), 'there is no podman on the PATH')
    const daemon = await startPodman()
    const container = daemon.engine.addContainer({ name: 'web', image: 'nginx', labels: { a: 'b' } })
    const podman = async (...args: string[]): Promise<string> => {
      const options = { timeout: 30_000 }
      const command = ['--remote', '--url', daemon.address, ...args]
      return (await promisify(execFile)('podman', command, options)).stdout.trim()
    }
    container.write('stdout', 'one\ntwo\n')
    expect(await podman('version', '--format', '{{.Server.Version}}')).toBe('5.4.2')
    expect(await podman('info', '--format', '{{.Store.ContainerStore.Running}}')).toBe('1')
    expect(await podman('ps', '--format', '{{.Names}} {{.Image}} {{.Labels}}')).toBe('web nginx map[a:b]')
    expect(await podman('inspect', '-f', '{{.State.Status}}', 'web')).toBe('running')
    expect(await podman('logs', '--tail', '1', 'web')).toBe('two')
    expect(await podman('logs', '-t', 'web')).toMatch(/^\d{4}-\d\d-\d\dT[\d:]+Z one\n/)
    const following = podman('logs', '-f', '--since', '1h', 'web')
    const waiting = podman('wait', container.id)
    await eventually(() => container.wires.size === 1)
    container.write('stdout', 'three\n')
    await podman('pause', 'web')
    await expect(podman('pause', 'web')).rejects.toThrow('is already paused: container state improper')
    expect(await podman('ps', '-a', '--format', '{{.Status}}')).toBe('Paused')
    await podman('unpause', 'web')
    await podman('rename', 'web', 'site')
    expect(await podman('stop', 'site')).toBe('site')
    expect(await following).toBe('one\ntwo\nthree')
    expect(await waiting).toBe('143')
    await podman('start', 'site')
    expect(await podman('kill', 'site')).toBe('site')
    const seen = await podman('events', '--stream=false', '--since', '1h', '--format', '{{.Status}}')
    expect(seen.split('\n').join(' ')).toBe(
      'create init start pause unpause rename kill died cleanup init start kill died cleanup',
    )
    expect(await podman('rm', 'site')).toBe('site')
    await expect(podman('inspect', 'site')).rejects.toThrow('no such object: "site"')
    expect(daemon.engine.containers).toEqual([])
  })
})

function hasPodman(): boolean {
  return spawnSync('podman', ['--version']).status === 0
}
