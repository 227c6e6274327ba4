import type { ScheduledEvent } from '../event-queue.ts'
import type { EngineHost } from './engine-host.ts'
import type { SimulatedContainer } from './simulated-container.ts'

/** Shape of the lines a workload writes. */
export interface LineShape {
  /** Which stream lines go to; `both` draws one for each line. Default `stdout`. */
  readonly stream?: 'stdout' | 'stderr' | 'both'
  /** Length of a line with its newline, bytes, drawn between the two. Lines are never shorter than their number needs. Default 40 to 120. */
  readonly lineBytes?: { readonly min: number; readonly max: number }
}

/**
 * What the process in a container does. Every line is `<container> <number> <filler>`, numbered from 1 over all restarts.
 * - `silent`: writes nothing
 * - `chatty`: a line every `everyMs`, give or take the fraction `jitter` (0 to 1, default 0)
 * - `bursty`: `lines` lines at once, every `everyMs`, give or take `jitter`
 */
export type Behaviour =
  | { readonly kind: 'silent' }
  | ({ readonly kind: 'chatty'; readonly everyMs: number; readonly jitter?: number } & LineShape)
  | ({
      readonly kind: 'bursty'
      readonly everyMs: number
      readonly lines: number
      readonly jitter?: number
    } & LineShape)

/** Runs a behaviour in a container, as background events of the world, until it is stopped. */
export class Workload {
  readonly #host: EngineHost
  readonly #container: SimulatedContainer
  readonly #behaviour: Behaviour
  readonly #label: string
  #next: ScheduledEvent | null = null

  constructor(host: EngineHost, container: SimulatedContainer, behaviour: Behaviour) {
    this.#host = host
    this.#container = container
    this.#behaviour = behaviour
    this.#label = `write ${container.name}`
  }

  /** The first lines come at a random point of the first period, so that containers do not write in step. */
  start(): void {
    if (this.#behaviour.kind === 'silent') return
    this.#schedule(this.#container.random.next() * this.#behaviour.everyMs)
  }

  stop(): void {
    this.#next?.cancel()
    this.#next = null
  }

  #schedule(delayMs: number): void {
    this.#next = this.#host.schedule(delayMs, this.#label, () => this.#tick(), { background: true })
  }

  #tick(): void {
    const behaviour = this.#behaviour
    if (behaviour.kind === 'silent') return
    const swing = (behaviour.jitter ?? 0) * (2 * this.#container.random.next() - 1)
    this.#schedule(behaviour.everyMs * (1 + swing))
    const lines = behaviour.kind === 'bursty' ? behaviour.lines : 1
    for (let line = 0; line < lines; line++) this.#container.writeNumberedLine(behaviour)
  }
}
