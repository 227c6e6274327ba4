import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import type { ApiCall } from '../api-call.ts'
import { LIBPOD_STATES } from './container-states.ts'
import { LibpodError } from './libpod-error.ts'
import { lookUpContainer } from './look-up-container.ts'

/**
 * `POST /libpod/containers/{name}/wait`: answers when the container is in one of the states `condition` names; by default, when it does not run. The
 * answer is a number as a text: the exit code, or -1 where what was waited for is no end.
 */
export function wait(call: ApiCall): void {
  const { engine, query, response } = call
  const wanted = query.getAll('condition').map((condition, index) => stateOf(condition, index, call))
  const container = lookUpContainer(call)
  if (isThere(container, wanted)) return answer(call, container, wanted)
  const subscription = engine.events.subscribe(() => {
    if (!isThere(container, wanted)) return
    subscription[Symbol.dispose]()
    answer(call, container, wanted)
  })
  response.once('close', () => subscription[Symbol.dispose]())
}

function isThere({ running, state }: SimulatedContainer, wanted: readonly string[]): boolean {
  return wanted.length === 0 ? !running : wanted.includes(state)
}

function answer(
  { response }: ApiCall,
  { state, exitCode }: SimulatedContainer,
  wanted: readonly string[],
): void {
  const isEnd = wanted.length === 0 || state === 'exited'
  response.writeHead(200, { 'Content-Type': 'text/plain; charset=us-ascii' })
  response.end(`${isEnd ? exitCode : -1}\n`)
}

/** A container here is stopped and cleaned up at once: `stopped` and `exited` are one. */
function stateOf(condition: string, index: number, { request }: ApiCall): string {
  if (condition === 'stopped') return 'exited'
  if (LIBPOD_STATES.includes(condition)) return condition
  throw new LibpodError(
    400,
    `failed to parse parameters for ${request.url}`,
    `schema: error converting value for index ${index} of "condition"`,
  )
}
