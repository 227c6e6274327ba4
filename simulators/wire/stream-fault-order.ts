import { isNamed, type ContainerIdentity } from './container-identity.ts'
import type { Hold } from './hold.ts'
import type { StreamFault, StreamScope } from './stream-fault.ts'
import type { Wire } from './wire.ts'

/** Which streams an order is for. */
export interface StreamTarget extends Omit<StreamScope, 'container'> {
  /** Id, prefix of an id, or name; null for every container. */
  readonly container: string | null
}

/** One fault that was ordered, and everything it acts on. */
export class StreamFaultOrder implements Disposable {
  readonly target: StreamTarget
  readonly fault: StreamFault
  readonly #acting = new Map<Wire, Disposable>()
  readonly #holds = new Set<Hold>()
  /** Whether it is for streams that are opened from now on. */
  awaits: boolean

  constructor(fault: StreamFault, target: StreamTarget) {
    this.fault = fault
    this.target = target
    this.awaits = target.streams !== 'open'
  }

  /** Whether nothing is left for it to do. */
  get isOver(): boolean {
    return !this.awaits && this.#acting.size === 0 && this.#holds.size === 0
  }

  concerns(container: ContainerIdentity, follow: boolean): boolean {
    const { target } = this
    const isOfContainer = target.container === null || isNamed(target.container, container)
    return isOfContainer && (target.follow === undefined || target.follow === follow)
  }

  actOn(wire: Wire): void {
    const acting = this.fault.actOn(wire)
    if (acting !== null) this.#acting.set(wire, acting)
  }

  keep(hold: Hold): void {
    this.#holds.add(hold)
  }

  /** The next stream has come. */
  noteOpened(): void {
    if (this.target.streams === 'next') this.awaits = false
  }

  forget(wire: Wire): void {
    this.#acting.delete(wire)
  }

  [Symbol.dispose](): void {
    this.awaits = false
    for (const acting of this.#acting.values()) acting[Symbol.dispose]()
    for (const hold of this.#holds) hold.release()
    this.#acting.clear()
    this.#holds.clear()
  }
}
