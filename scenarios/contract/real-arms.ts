import type { ContractArm } from '../../simulators/contract/arm.ts'
import { CommandLineArm } from '../../simulators/contract/arms/command-line-arm.ts'
import { DockerodeArm } from '../../simulators/contract/arms/dockerode-arm.ts'
import { releaseOf } from '../../simulators/contract/release.ts'
import { dockerClient } from '../docker/docker-host.ts'
import { storedLogFiles } from './stored-log-files.ts'

/** A real engine through both clients. @param host `unix:///path` */
export async function realArms(host: string): Promise<ContractArm[]> {
  const docker = dockerClient(host)
  const { Version } = await docker.version()
  const socketPath = new URL(host).pathname
  const engine = {
    socketPath,
    storedLogs: storedLogFiles(docker, socketPath),
    release: releaseOf(Version),
    startUpMs: START_UP_MS,
  }
  return [
    new DockerodeArm({ ...engine, name: `real ${Version}, dockerode` }),
    new CommandLineArm({ ...engine, name: `real ${Version}, docker command` }),
  ]
}

/** Signals that come before a shell has set its traps are lost, and a busy machine starts it late. */
const START_UP_MS = 250
