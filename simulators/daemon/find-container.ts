import type { SimulatedContainer } from '../engine/simulated-container.ts'
import type { SimulatedEngine } from '../engine/simulated-engine.ts'
import { ApiError } from './api-error.ts'
import { refusalsOf } from './refusals.ts'

/**
 * The container a request names, as the engine resolves it: by its full id, by its name with or without the slash, or by the
 * beginning of its id.
 * @throws ApiError 404 for none, another for a beginning that several ids have
 */
export function findContainer(engine: SimulatedEngine, reference: string): SimulatedContainer {
  const [first, ...others] = containersNamed(engine, reference)
  if (first === undefined) throw new ApiError(404, `No such container: ${reference}`)
  if (others.length > 0) throw refusalsOf(engine.personality).ambiguous(reference)
  return first
}

/** Every container a request may mean: several only for the beginning of several ids. */
export function containersNamed({ containers }: SimulatedEngine, reference: string): SimulatedContainer[] {
  const bare = reference.replace(/^\//, '')
  const exact = containers.find(({ id }) => id === bare) ?? containers.find(({ name }) => name === bare)
  return exact === undefined ? containers.filter(({ id }) => id.startsWith(bare)) : [exact]
}
