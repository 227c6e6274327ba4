import type { ContractArm } from '../arm.ts'
import type { Release } from '../release.ts'
import { InProcessArm } from './in-process-arm.ts'
import { SimulatedDaemonArm } from './simulated-daemon-arm.ts'

/** How a client comes to the simulated engine. */
export const WAYS = ['in process', 'dockerode', 'docker command'] as const
export type Way = (typeof WAYS)[number]

export interface OpenArm extends AsyncDisposable {
  readonly arm: ContractArm
}

/** A simulated engine of a release, all to itself, and a client of it. */
export async function openSimulatedArm(release: Release, way: Way): Promise<OpenArm> {
  if (way !== 'in process') return await SimulatedDaemonArm.open(release, way)
  return { arm: new InProcessArm(release), [Symbol.asyncDispose]: () => Promise.resolve() }
}
