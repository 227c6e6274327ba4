import { answer } from '../answer.ts'
import type { ContractCase } from '../contract-case.ts'
import { exit } from '../program.ts'
import { commandOf } from '../shell-script.ts'
import type { Stage } from '../stage.ts'
import { inspectionOf, section } from './observations.ts'

/** The state of an inspection, the process number as a switch. */
async function fullState(stage: Stage, reference: string): Promise<unknown> {
  const { Pid, StartedAt, FinishedAt, ...state } = section(await inspectionOf(stage, reference), 'State')
  return {
    ...state,
    Pid: Number(Pid) > 0,
    StartedAt: momentOf(StartedAt),
    FinishedAt: momentOf(FinishedAt),
  }
}

function momentOf(stamp: unknown): unknown {
  return stamp === '0001-01-01T00:00:00Z' ? 'never' : stamp
}

function keys(value: object | undefined): string {
  return Object.keys(value ?? {})
    .toSorted()
    .join(' ')
}

const STILL = {
  Running: false,
  Paused: false,
  Restarting: false,
  OOMKilled: false,
  Dead: false,
  Pid: false,
  ExitCode: 0,
  Error: '',
}
const SCRIPT_OF_EXIT = commandOf([exit(0)])[2]

/** What is told of one container. */
export const INSPECT_CASES: readonly ContractCase[] = [
  {
    name: 'the state of a container that was never started',
    needs: ['lists'],
    observe: async (stage) => await fullState(stage, await stage.create()),
    expected: { ...STILL, Status: 'created', StartedAt: 'never', FinishedAt: 'never' },
  },
  {
    name: 'the state of a container that runs, is paused, and has ended',
    needs: ['lists'],
    observe: async (stage) => {
      const web = await stage.start()
      const running = await fullState(stage, web)
      await stage.do('pause', web)
      const paused = await fullState(stage, web)
      await stage.do('unpause', web)
      await stage.do('stop', web)
      return [running, paused, await fullState(stage, web)]
    },
    expected: [
      { ...STILL, Status: 'running', Running: true, Pid: true, StartedAt: 'STAMP', FinishedAt: 'never' },
      {
        ...STILL,
        Status: 'paused',
        Running: true,
        Paused: true,
        Pid: true,
        StartedAt: 'STAMP',
        FinishedAt: 'never',
      },
      { ...STILL, Status: 'exited', ExitCode: 143, StartedAt: 'STAMP', FinishedAt: 'STAMP' },
    ],
  },
  {
    name: 'the state of a container that runs again still tells when it ended',
    needs: ['lists'],
    observe: async (stage) => {
      const web = await stage.start()
      await stage.do('restart', web)
      return await fullState(stage, web)
    },
    expected: {
      ...STILL,
      Status: 'running',
      Running: true,
      Pid: true,
      StartedAt: 'STAMP',
      FinishedAt: 'STAMP',
    },
  },
  {
    name: 'status and exit code of each end',
    observe: async (stage) => {
      const ended = await stage.ran([exit(3)])
      const stopped = await stage.start([], {}, 'stopped')
      await stage.do('stop', stopped)
      const killed = await stage.start([], {}, 'killed')
      await stage.do('kill', killed)
      await stage.do('wait', killed)
      return await Promise.all(
        [ended, stopped, killed].map(async (name) => {
          const { Status, Running, ExitCode } = section(await inspectionOf(stage, name), 'State')
          return [Status, Running, ExitCode]
        }),
      )
    },
    expected: [
      ['exited', false, 3],
      ['exited', false, 143],
      ['exited', false, 137],
    ],
  },
  {
    name: 'a container is found by its name, by its id, and by the beginning of its id',
    observe: async (stage) => {
      const web = await stage.create()
      const id = String((await inspectionOf(stage, web))['Id'])
      const references = [web, id, id.slice(0, 12), id.slice(0, 24)]
      const found = await Promise.all(references.map((reference) => inspectionOf(stage, reference)))
      return [id.length, found.map(({ Id, Name }) => [Id === id, Name])]
    },
    expected: [64, [1, 2, 3, 4].map(() => [true, '/web'])],
  },
  {
    name: 'no container is refused in words that repeat what was asked for',
    observe: async (stage) => [
      await stage.arm.inspect(stage.name('none')),
      await stage.arm.inspect('0'.repeat(64)),
    ],
    expected: [answer(404, 'No such container: none'), answer(404, 'No such container: ID')],
  },
  {
    name: 'a beginning that several ids have is refused',
    needs: ['http'],
    observe: async (stage) => {
      // One more than there are digits, so two at least begin alike.
      const shorts = Array.from({ length: 17 }, (_, index) => `c${index}`)
      const names = new Set(await Promise.all(shorts.map((short) => stage.create({}, short))))
      const listed = await stage.arm.list({ all: true })
      // Those of other cases may be gone by the time they are asked for.
      const own = Array.isArray(listed) ? listed.filter(({ name }) => names.has(name)) : []
      const digits = own.map(({ id }) => id[0]!)
      const [shared] = digits.filter((digit, index) => digits.indexOf(digit) !== index)
      const { status, body } = await stage.arm.http('GET', `/containers/${shared}/json`)
      return [status, body.replace(`: ${shared}"`, ': DIGIT"')]
    },
    expected: (release: string) =>
      release === '20.10'
        ? [500, '{"message":"Multiple IDs found with provided prefix: DIGIT"}\n']
        : [400, '{"message":"multiple IDs found with provided prefix: DIGIT"}\n'],
  },
  {
    name: 'what a container was created with is told',
    observe: async (stage) => {
      const web = await stage.create({
        labels: { a: 'b', c: '' },
        tty: true,
        logDriver: 'local',
        program: [exit(0)],
      })
      const inspection = await inspectionOf(stage, web)
      const { Tty, Labels } = section(inspection, 'Config')
      const { LogConfig } = section(inspection, 'HostConfig')
      return [Tty, Labels, LogConfig && section({ LogConfig }, 'LogConfig')['Type']]
    },
    expected: [true, { a: 'b', c: '' }, 'local'],
  },
  {
    name: 'options of the log driver and automatic removal are told',
    needs: ['lists'],
    observe: async (stage) => {
      const web = await stage.create({
        logOptions: { 'max-size': '10k', 'max-file': '3' },
        autoRemove: true,
      })
      const { LogConfig, AutoRemove, NetworkMode } = section(await inspectionOf(stage, web), 'HostConfig')
      return { LogConfig, AutoRemove, NetworkMode }
    },
    expected: {
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10k', 'max-file': '3' } },
      AutoRemove: true,
      NetworkMode: 'none',
    },
  },
  {
    name: 'command, image and host name are told',
    needs: ['lists'],
    observe: async (stage) => {
      const inspection = await inspectionOf(stage, await stage.create({ program: [exit(0)] }))
      const { Image, Hostname, Cmd, Entrypoint } = section(inspection, 'Config')
      const { Path, Args, Driver, Platform, RestartCount } = inspection
      return { Image, Hostname, Cmd, Entrypoint, Path, Args, Driver: typeof Driver, Platform, RestartCount }
    },
    expected: {
      Image: 'watertight-contract:1',
      Hostname: 'ID',
      Cmd: ['sh', '-c', SCRIPT_OF_EXIT],
      Entrypoint: null,
      Path: 'sh',
      Args: ['-c', SCRIPT_OF_EXIT],
      Driver: 'string',
      Platform: 'linux',
      RestartCount: 0,
    },
  },
  {
    name: 'an inspection has these keys',
    needs: ['http'],
    observe: async (stage) => {
      const { body } = await stage.arm.http('GET', `/containers/${await stage.create()}/json`)
      const inspection: Record<string, Record<string, unknown>> = JSON.parse(body)
      return [keys(inspection), keys(inspection['State']), keys(inspection['Config'])]
    },
    expected: [
      'AppArmorProfile Args Config Created Driver ExecIDs GraphDriver HostConfig HostnamePath HostsPath Id Image LogPath MountLabel Mounts Name NetworkSettings Path Platform ProcessLabel ResolvConfPath RestartCount State',
      'Dead Error ExitCode FinishedAt OOMKilled Paused Pid Restarting Running StartedAt Status',
      'AttachStderr AttachStdin AttachStdout Cmd Domainname Entrypoint Env Hostname Image Labels OnBuild OpenStdin StdinOnce Tty User Volumes WorkingDir',
    ],
  },
]
