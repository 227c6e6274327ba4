import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { ContainersRequest, EndedContainer } from '../engines/engine-provider.ts'
import { ownFile } from '../own-command.ts'
import type { PhaseScenario } from './phase-scenario.ts'

/** What the daemon's process is told first. */
export interface DaemonPlan extends ContainersRequest {
  readonly socketPath: string
  readonly scenario: PhaseScenario | null
}

/** What it is told later: to play its scenario from now on, to end its containers, or what is to be done to it meanwhile. */
export type DaemonOrder =
  | 'play'
  | 'end'
  | { readonly restartAwayMs: number }
  | { readonly runBriefly: string }
  | { readonly stepClock: { readonly byMs: number; readonly direction: 'back' | 'forward' } }

/** What it says: that it listens, or that its containers have ended, and what became of each by its name. */
export type DaemonWord =
  | { readonly listening: true }
  | { readonly ended: readonly (readonly [string, EndedContainer])[] }

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
  static async start(plan: DaemonPlan): Promise<DaemonProcess> {
    // Detached keeps Ctrl-C in the terminal from ending it before the subject.
    const child = fork(ownFile('scenarios/simulated/daemon-main'), { detached: true, execArgv: [] })
    const daemon = new DaemonProcess(`unix://${plan.socketPath}`, child)
    await daemon.#answerTo(plan)
    return daemon
  }

  /** @throws Error when it has ended */
  order(what: Exclude<DaemonOrder, 'end'>): void {
    this.#tell(what)
  }

  /** Ends the containers. @returns what became of each, by its name. @throws Error when it has ended */
  async endContainers(): Promise<Map<string, EndedContainer>> {
    const word = await this.#answerTo('end')
    return new Map('ended' in word ? word.ended : [])
  }

  /** It ends when nobody is there to speak to. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    await ended
  }

  #tell(what: DaemonPlan | DaemonOrder): void {
    if (!this.#child.connected) throw new Error(ENDED)
    this.#child.send(what)
  }

  async #answerTo(what: DaemonPlan | DaemonOrder): Promise<DaemonWord> {
    this.#tell(what)
    const { promise, resolve, reject } = Promise.withResolvers<DaemonWord>()
    const ended = (): void => reject(new Error(ENDED))
    this.#child.once('message', resolve)
    this.#child.once('exit', ended)
    try {
      return await promise
    } finally {
      this.#child.off('message', resolve)
      this.#child.off('exit', ended)
    }
  }
}

const ENDED = 'The process of the simulated daemon has ended'
