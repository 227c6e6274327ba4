import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SimulatedDaemon } from '../../daemon/simulated-daemon.ts'
import { PERSONALITIES } from '../../engine/personality.ts'
import type { ContractArm } from '../arm.ts'
import type { Release } from '../release.ts'
import { simulatedStoredLogs } from '../stored-logs.ts'
import { CommandLineArm } from './command-line-arm.ts'
import { DockerodeArm } from './dockerode-arm.ts'
import type { SocketArmOptions } from './socket-arm.ts'
import { ProgramPlayer } from './program-player.ts'

type DaemonClient = 'dockerode' | 'docker command'

/** A simulated daemon of a release, and a client of it. */
export class SimulatedDaemonArm implements AsyncDisposable {
  readonly arm: ContractArm
  readonly #daemon: SimulatedDaemon
  readonly #directory: string

  static async open(release: Release, client: DaemonClient): Promise<SimulatedDaemonArm> {
    const directory = await mkdtemp(join(tmpdir(), 'watertight-contract-'))
    const socketPath = join(directory, 'docker.sock')
    const daemon = await SimulatedDaemon.listen({
      listen: { socketPath },
      personality: PERSONALITIES[release],
      createdBehaviour: { kind: 'silent' },
    })
    return new SimulatedDaemonArm(daemon, directory, { socketPath, release, client })
  }

  private constructor(
    daemon: SimulatedDaemon,
    directory: string,
    { socketPath, release, client }: { socketPath: string; release: Release; client: DaemonClient },
  ) {
    this.#daemon = daemon
    this.#directory = directory
    const player = new ProgramPlayer(daemon.engine, async (ms) => await delay(ms))
    const name = `simulated ${release}, ${client}`
    const onProgram: SocketArmOptions['onProgram'] = (program) => player.learn(program)
    const storedLogs = simulatedStoredLogs(daemon.engine)
    const options = { name, socketPath, release, onProgram, storedLogs }
    this.arm = client === 'dockerode' ? new DockerodeArm(options) : new CommandLineArm(options)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]()
    await rm(this.#directory, { recursive: true })
  }
}
