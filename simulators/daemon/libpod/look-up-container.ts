import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import { ApiError } from '../api-error.ts'
import type { ApiCall } from '../api-call.ts'
import { containersNamed } from '../find-container.ts'
import { LibpodError } from './libpod-error.ts'

/** The container a request names, by its id, its name or the beginning of its id. @throws LibpodError 404, or the other status that is given */
export function lookUpContainer(
  { engine, reference }: Pick<ApiCall, 'engine' | 'reference'>,
  status = 404,
): SimulatedContainer {
  const [container, ...others] = containersNamed(engine, reference)
  if (container === undefined) {
    throw new LibpodError(status, `no container with name or ID "${reference}" found`, NO_SUCH_CONTAINER)
  }
  if (others.length > 0) {
    const text = `more than one result for container ${JSON.stringify(reference)}`
    throw new LibpodError(status, text, 'container already exists')
  }
  return container
}

/** What is answered to the question whether there is such a container. @throws ApiError 404 where there is none */
export function assertExists({ engine, reference }: ApiCall): void {
  if (containersNamed(engine, reference).length === 0) throw new ApiError(404, NO_SUCH_CONTAINER)
}

const NO_SUCH_CONTAINER = 'no such container'
