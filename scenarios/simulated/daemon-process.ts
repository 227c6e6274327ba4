import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { ContainersRequest } from '../engines/engine-provider.ts'
import { ownFile } from '../own-command.ts'

/** What the daemon's process is told first: where to listen, and what its containers do. */
export interface DaemonOrder extends ContainersRequest {
  readonly socketPath: string
}

/** A simulated daemon in a process of its own. It ends with this process, however that ends. */
export class DaemonProcess implements AsyncDisposable {
  /** Such as `unix:///tmp/docker.sock`. */
  readonly host: string
  readonly #child: ChildProcess

  private constructor(host: string, child: ChildProcess) {
    this.host = host
    this.#child = child
  }

  /** Resolves once it listens. @throws Error when it ends before */
  static async start(socketPath: string, request: ContainersRequest): Promise<DaemonProcess> {
    // Detached keeps Ctrl-C in the terminal from ending it before the subject.
    const child = fork(ownFile('scenarios/simulated/daemon-main'), { detached: true, execArgv: [] })
    const order: DaemonOrder = { socketPath, ...request }
    child.send(order)
    const [listening] = await Promise.race([once(child, 'message'), once(child, 'exit')])
    if (listening !== LISTENING) throw new Error(`Cannot start the simulated daemon: it ended (${listening})`)
    return new DaemonProcess(`unix://${socketPath}`, child)
  }

  /** It ends when nobody is there to speak to. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    await ended
  }
}

/** What the daemon's process says once it listens. */
export const LISTENING = 'listening'
