import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import { SHOWN_PID } from '../docker/container-json.ts'
import { toStamp } from '../engine-time.ts'
import { imageDigits } from './image-digits.ts'

/** One element of `/libpod/containers/json`, with everything a real engine has there. */
export function listedContainer(container: SimulatedContainer, withSize: boolean): object {
  const { id, name, image, labels, state, startedAt, finishedAt } = container
  return {
    AutoRemove: container.autoRemove,
    Command: container.command,
    Created: toStamp(container.createdAt),
    CreatedAt: '',
    CIDFile: '',
    Exited: state === 'exited',
    ExitedAt: toSeconds(finishedAt),
    ExitCode: container.running ? 0 : container.exitCode,
    ExposedPorts: null,
    Id: id,
    Image: image,
    ImageID: imageDigits(image),
    IsInfra: false,
    Labels: Object.keys(labels).length === 0 ? null : labels,
    Mounts: [],
    Names: [name],
    Namespaces: {},
    Networks: [],
    Pid: container.running ? SHOWN_PID : 0,
    Pod: '',
    PodName: '',
    Ports: null,
    Restarts: 0,
    Size: withSize ? { rootFsSize: 0, rwSize: 0 } : null,
    StartedAt: toSeconds(startedAt),
    State: state,
    Status: '',
  }
}

/** Whole seconds since the epoch; those of the year 1 for a moment that has not been. */
function toSeconds(wallMs: number | null): number {
  return wallMs === null ? YEAR_ONE_SECONDS : Math.floor(wallMs / 1000)
}

const YEAR_ONE_SECONDS = -62_135_596_800
