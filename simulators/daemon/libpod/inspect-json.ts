import { constants } from 'node:os'
import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import { imageId, SHOWN_PID, stateJson } from '../docker/container-json.ts'
import { NEVER, toStamp } from '../engine-time.ts'
import { hostConfigJson } from './host-config-json.ts'
import { imageDigits } from './image-digits.ts'

/**
 * `/libpod/containers/{name}/json`, with everything a real engine has there.
 * @param apiMajor a client of 4 is told the entry point as one text and the signal that stops as a number
 */
export function inspectedContainer(container: SimulatedContainer, apiMajor: number): object {
  const { id, name, image } = container
  const [path = '', ...args] = container.command
  return {
    Id: id,
    Created: toStamp(container.createdAt),
    Path: path,
    Args: args,
    State: libpodStateJson(container),
    Image: imageDigits(image),
    ImageDigest: imageId(image),
    ImageName: image,
    Rootfs: '',
    Pod: '',
    ResolvConfPath: '',
    HostnamePath: '',
    HostsPath: '',
    StaticDir: '',
    OCIRuntime: 'simulated',
    ConmonPidFile: '',
    PidFile: '',
    Name: name,
    RestartCount: 0,
    Driver: 'simulated',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    EffectiveCaps: [],
    BoundingCaps: [],
    ExecIDs: [],
    GraphDriver: { Name: 'simulated', Data: null },
    Mounts: [],
    Dependencies: [],
    NetworkSettings: NO_NETWORK_SETTINGS,
    Namespace: '',
    IsInfra: false,
    IsService: false,
    KubeExitCodePropagation: 'invalid',
    lockNumber: 0,
    Config: configJson(container, apiMajor),
    HostConfig: hostConfigJson(container),
    UseImageHosts: false,
    UseImageHostname: false,
  }
}

function libpodStateJson(container: SimulatedContainer): object {
  const { id, state, running } = container
  return {
    OciVersion: '1.2.0',
    ...stateJson(container),
    Running: state === 'running',
    ...(running && { ConmonPid: SHOWN_PID, CgroupPath: `/libpod_parent/libpod-${id}` }),
    CheckpointedAt: NEVER,
    RestoredAt: NEVER,
  }
}

function configJson({ id, tty, command, image, labels }: SimulatedContainer, apiMajor: number): object {
  return {
    Hostname: id.slice(0, 12),
    Domainname: '',
    User: '',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Tty: tty,
    OpenStdin: false,
    StdinOnce: false,
    Env: ['container=podman'],
    Cmd: command,
    Image: image,
    Volumes: null,
    WorkingDir: '/',
    Entrypoint: apiMajor < FIRST_WITH_LISTS ? '' : null,
    OnBuild: null,
    Labels: Object.keys(labels).length === 0 ? null : labels,
    Annotations: { 'io.container.manager': 'libpod' },
    StopSignal: apiMajor < FIRST_WITH_LISTS ? constants.signals.SIGTERM : 'SIGTERM',
    HealthcheckOnFailureAction: 'none',
    CreateCommand: ['podman', 'create', image, ...command],
    Umask: '0022',
    Timeout: 0,
    StopTimeout: 10,
    Passwd: true,
    sdNotifyMode: 'container',
  }
}

const FIRST_WITH_LISTS = 5

const NO_NETWORK_SETTINGS = {
  EndpointID: '',
  Gateway: '',
  IPAddress: '',
  IPPrefixLen: 0,
  IPv6Gateway: '',
  GlobalIPv6Address: '',
  GlobalIPv6PrefixLen: 0,
  MacAddress: '',
  Bridge: '',
  SandboxID: '',
  HairpinMode: false,
  LinkLocalIPv6Address: '',
  LinkLocalIPv6PrefixLen: 0,
  Ports: {},
  SandboxKey: '',
} as const
