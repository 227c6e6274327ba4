import type { ServerResponse } from 'node:http'
import type { SimulatedEngine } from '../engine/simulated-engine.ts'

/**
 * Waits while the engine hangs or holds the request back.
 * @returns false when the client went away meanwhile: nobody is there to be answered
 */
export async function untilAnswering(
  engine: SimulatedEngine,
  response: ServerResponse,
  isHeld: () => boolean = () => false,
): Promise<boolean> {
  while (!response.destroyed && (engine.availability === 'hung' || isHeld())) {
    await changeOf(engine, response)
  }
  return !response.destroyed
}

/** Resolves when the engine's availability or faults changed, or the client went away. */
async function changeOf(engine: SimulatedEngine, response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  using _listening = engine.onAvailability(resolve)
  response.once('close', resolve)
  await promise
  response.off('close', resolve)
}
