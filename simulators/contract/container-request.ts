import type { ContainerSpec } from './arm.ts'
import { commandOf } from './shell-script.ts'

/** What every container of the contract is made of: busybox with `sh` and `usleep`. A simulated engine has every image. */
export const CONTRACT_IMAGE = 'watertight-contract:1'

/** The body of a request to create a container. */
export function containerRequest(spec: ContainerSpec): object {
  return {
    Image: CONTRACT_IMAGE,
    Cmd: commandOf(spec.program ?? []),
    Tty: spec.tty ?? false,
    Labels: spec.labels ?? {},
    HostConfig: {
      NetworkMode: 'none',
      AutoRemove: spec.autoRemove ?? false,
      LogConfig: { Type: spec.logDriver ?? 'json-file', Config: spec.logOptions ?? {} },
    },
  }
}
