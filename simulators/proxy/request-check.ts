import { orderedAnswer, type OrderedAnswer } from '../daemon/ordered-answer.ts'
import type { CallFault } from '../engine/call-faults.ts'
import type { ContainerIdentity } from '../wire/container-identity.ts'
import type { Hold } from '../wire/hold.ts'
import type { Exchange } from './exchange.ts'
import type { ProxiedEngine } from './proxied-engine.ts'

/**
 * What becomes of a request.
 * - `pass`: it goes to the engine
 * - `gone`: nobody waits for an answer any more
 * - a hold: it gets the head of an answer, and the connection breaks when that is released
 * - otherwise it gets this answer
 */
export type RequestFate = 'pass' | 'gone' | Hold | OrderedAnswer

/** Waits, and says whether the client is still there. */
export interface RequestWaits {
  /** Until this holds, as the engine's faults change. */
  until(isSo: () => boolean): Promise<boolean>
  forMs(ms: number): Promise<boolean>
}

/** Keeps a request back for as long as was ordered, and decides what becomes of it. */
export async function checkRequest(
  { about, container }: Exchange,
  engine: ProxiedEngine,
  waits: RequestWaits,
): Promise<RequestFate> {
  const { operation, reference, follow } = about
  if (!(await waits.until(() => engine.availability !== 'hung'))) return 'gone'
  if (operation === null) return 'pass'
  const identified = async (): Promise<ContainerIdentity> =>
    (await container) ?? { id: reference, name: reference }
  const disturbed = engine.takeCallFault(
    operation,
    engine.asksContainersOfCalls && reference !== '' ? await identified() : undefined,
  )
  const fate = disturbed === null ? 'pass' : await fateOf(disturbed.fault, disturbed.hold)
  if (fate !== 'pass' || operation !== 'logs' || !engine.holdsLogRequests) return fate
  const held = engine.holdLogRequest(await identified(), follow)
  return (await waits.until(() => held?.released ?? true)) ? 'pass' : 'gone'

  async function fateOf(fault: CallFault, hold: Hold): Promise<RequestFate> {
    if (fault.kind === 'late') return (await waits.forMs(fault.delayMs)) ? 'pass' : 'gone'
    if (fault.kind !== 'held') return orderedAnswer(fault, operation!) ?? 'pass'
    if (fault.head) return hold
    return (await waits.until(() => hold.released)) ? 'pass' : 'gone'
  }
}
