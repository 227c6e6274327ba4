import type { SimulatedContainer } from '../engine/simulated-container.ts'
import type { World } from '../world.ts'

export interface WaitingBound {
  readonly slots: number
  readonly slotTurnMs: number
  readonly openTimeoutMs: number
  /** Added to the bound, for what the collector may need before it knows the container. Default 1000 ms. */
  readonly allowanceMs?: number
  /** Whether the collector runs and wants this container; while it does not nothing is expected. Default: always. */
  readonly isFollowed?: (container: SimulatedContainer) => boolean
}

interface Wait {
  readonly sinceMs: number
  /** The message that waits, as its ordinal among those ever stored. */
  readonly message: number
  readonly logsOpened: number
  /** Whether one was being followed: when the wait is over it may just be opened again. */
  readonly isOpen: boolean
}

/**
 * I6: a container with unread lines gets a stream within ceil(containers / slots) x (slot turn + open deadline). One message per container is
 * watched at a time, so a starving container is found within twice the bound. Time in which the engine was away or hung does not count.
 */
export function waitsAreBounded(world: World, options: WaitingBound): Disposable {
  const watch = new WaitingWatch(world, options)
  const stack = new DisposableStack()
  stack.use(world.engine.onStored((container) => watch.stored(container)))
  stack.use(world.engine.onAvailability(() => watch.engineChanged()))
  stack.use(world.invariant('I6 waits are bounded', () => watch.found))
  stack.defer(() => watch.stop())
  return stack
}

class WaitingWatch {
  found: string | undefined
  readonly #world: World
  readonly #options: WaitingBound
  readonly #waits = new Map<string, Wait>()
  #engineChangedMs = 0
  #stopped = false

  constructor(world: World, options: WaitingBound) {
    this.#world = world
    this.#options = options
  }

  stored(container: SimulatedContainer): void {
    if (!this.#waits.has(container.id)) this.#begin(container)
  }

  engineChanged(): void {
    this.#engineChangedMs = this.#world.nowMs
  }

  stop(): void {
    this.#stopped = true
  }

  #begin(container: SimulatedContainer): void {
    const wait = {
      sinceMs: this.#world.nowMs,
      message: container.log.stored,
      logsOpened: container.logsFollowed,
      isOpen: isFollowed(container),
    }
    this.#waits.set(container.id, wait)
    const boundMs = this.#boundMs()
    const check = (): void => this.#check(container, wait, boundMs)
    this.#world.schedule(boundMs, 'check waiting bound', check, { background: true })
  }

  #check(container: SimulatedContainer, wait: Wait, boundMs: number): void {
    if (this.#stopped) return
    this.#waits.delete(container.id)
    const { log, state } = container
    // What the engine has lost nobody can be given a stream for.
    if (log.readThrough >= wait.message || log.lost.has(wait.message - 1) || state === 'removed') return
    if (this.#isServed(container, wait) || this.#isExcused(container, wait)) return this.#begin(container)
    this.found ??= `${container.name} has unread lines since ${wait.sinceMs.toFixed(3)} ms and got no stream for ${boundMs} ms`
  }

  #isServed(container: SimulatedContainer, wait: Wait): boolean {
    return wait.isOpen || container.logsFollowed > wait.logsOpened || isFollowed(container)
  }

  #isExcused(container: SimulatedContainer, wait: Wait): boolean {
    const { availability } = this.#world.engine
    if (availability !== 'up' || this.#engineChangedMs > wait.sinceMs) return true
    return !(this.#options.isFollowed?.(container) ?? true)
  }

  #boundMs(): number {
    const { slots, slotTurnMs, openTimeoutMs, allowanceMs } = this.#options
    const rounds = Math.ceil(this.#world.engine.containers.length / slots)
    return rounds * (slotTurnMs + openTimeoutMs) + (allowanceMs ?? 1000)
  }
}

function isFollowed({ wires }: SimulatedContainer): boolean {
  return [...wires].some(({ follow }) => follow)
}
