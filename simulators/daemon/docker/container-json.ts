import { createHash } from 'node:crypto'
import type { ContainerState, SimulatedContainer } from '../../engine/simulated-container.ts'
import { NEVER, toStamp } from '../engine-time.ts'
import { humanDuration } from './human-duration.ts'
import { NO_NETWORK } from './networks-json.ts'

/** One element of `/containers/json`. @param now wall time, milliseconds */
export function containerSummary(container: SimulatedContainer, now: number): object {
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    Image: container.image,
    ImageID: imageId(container.image),
    Command: container.command.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' '),
    Created: Math.floor(container.createdAt / 1000),
    Ports: [],
    Labels: container.labels,
    State: container.state,
    Status: statusText(container, now),
    HostConfig: { NetworkMode: 'none' },
    NetworkSettings: { Networks: NO_NETWORK },
    Mounts: [],
  }
}

/** `/containers/{id}/json`, as far as a container without a file system, a network and limits has something to show. */
export function containerInspection(container: SimulatedContainer): object {
  const [path = '', ...args] = container.command
  return {
    Id: container.id,
    Created: toStamp(container.createdAt),
    Path: path,
    Args: args,
    State: stateJson(container),
    Image: imageId(container.image),
    ResolvConfPath: '',
    HostnamePath: '',
    HostsPath: '',
    LogPath: '',
    Name: `/${container.name}`,
    RestartCount: 0,
    Driver: 'simulated',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: null,
    HostConfig: {
      LogConfig: { Type: container.logDriver, Config: container.logOptions },
      NetworkMode: 'none',
      PortBindings: {},
      RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
      AutoRemove: container.autoRemove,
      Binds: null,
    },
    GraphDriver: { Data: null, Name: 'simulated' },
    Mounts: [],
    Config: configJson(container),
    NetworkSettings: { Ports: {}, Networks: NO_NETWORK },
  }
}

function configJson({ id, tty, command, image, labels }: SimulatedContainer): object {
  return {
    Hostname: id.slice(0, 12),
    Domainname: '',
    User: '',
    AttachStdin: false,
    AttachStdout: true,
    AttachStderr: true,
    Tty: tty,
    OpenStdin: false,
    StdinOnce: false,
    Env: null,
    Cmd: command,
    Image: image,
    Volumes: null,
    WorkingDir: '',
    Entrypoint: null,
    OnBuild: null,
    Labels: labels,
  }
}

/** What an inspection of either API shows of the process. */
export function stateJson({ state, running, exitCode, startedAt, finishedAt }: SimulatedContainer): object {
  return {
    Status: state,
    Running: running,
    Paused: state === 'paused',
    Restarting: false,
    OOMKilled: false,
    Dead: false,
    Pid: running ? SHOWN_PID : 0,
    ExitCode: running ? 0 : exitCode,
    Error: '',
    StartedAt: startedAt === null ? NEVER : toStamp(startedAt),
    FinishedAt: finishedAt === null ? NEVER : toStamp(finishedAt),
  }
}

function statusText(container: SimulatedContainer, now: number): string {
  const since = (moment: number | null): string => humanDuration(now - (moment ?? container.createdAt))
  const texts: Readonly<Record<ContainerState, string>> = {
    created: 'Created',
    running: `Up ${since(container.startedAt)}`,
    paused: `Up ${since(container.startedAt)} (Paused)`,
    exited: `Exited (${container.exitCode}) ${since(container.finishedAt)} ago`,
    removing: 'Removal In Progress',
    removed: 'Dead',
  }
  return texts[container.state]
}

/** The id of the image of this name. */
export function imageId(image: string): string {
  return `sha256:${createHash('sha256').update(image).digest('hex')}`
}

/** Nothing runs under it: tools only look whether it is 0. */
export const SHOWN_PID = 4242
