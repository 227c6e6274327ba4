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
