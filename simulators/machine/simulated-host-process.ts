import type { HostProcess } from '../../reference/ports/index.ts'
import type { ResourceKind, ResourceLedger } from '../world/resource-ledger.ts'

/** What a process can see of what it runs in, such as a `World`. */
export interface Surroundings {
  readonly ledger: Pick<ResourceLedger, 'count'>
  readonly fileSystem: { readonly descriptorLimit: number }
}

/** What a process that runs in this world would see of itself: descriptors from the ledger; memory and CPU time are nobody's. */
export class SimulatedHostProcess implements HostProcess {
  readonly #world: Surroundings

  constructor(world: Surroundings) {
    this.#world = world
  }

  hostName(): string {
    return 'simulated-host'
  }

  containerId(): string | null {
    return null
  }

  async openFileDescriptors(): Promise<number> {
    const { ledger } = this.#world
    return WITH_A_DESCRIPTOR.reduce((sum, kind) => sum + ledger.count(kind), STANDARD_STREAMS)
  }

  /** Everything of the ledger with a descriptor, by its kind there. */
  async descriptorsByKind(): Promise<Record<string, number>> {
    return { ...this.#counts(WITH_A_DESCRIPTOR), standard: STANDARD_STREAMS }
  }

  activeResources(): Record<string, number> {
    return this.#counts(['timer', 'call', 'request', 'read', 'event-read', 'listener', 'connection'])
  }

  #counts(kinds: readonly ResourceKind[]): Record<string, number> {
    const { ledger } = this.#world
    return Object.fromEntries(
      kinds.map((kind) => [kind, ledger.count(kind)] as const).filter(([, count]) => count > 0),
    )
  }

  async fileDescriptorLimit(): Promise<number> {
    return this.#world.fileSystem.descriptorLimit
  }

  residentBytes(): null {
    return null
  }

  cpuSeconds(): null {
    return null
  }
}

const WITH_A_DESCRIPTOR: readonly ResourceKind[] = [
  'log-stream',
  'log-snapshot',
  'event-stream',
  'file',
  'listener',
]
const STANDARD_STREAMS = 3
