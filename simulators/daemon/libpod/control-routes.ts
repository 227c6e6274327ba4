import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import type { SimulatedEngine } from '../../engine/simulated-engine.ts'
import { sendJson, sendStatus, type Answer, type ApiCall } from '../api-call.ts'
import { ApiError } from '../api-error.ts'
import { isTrue } from '../docker/container-list.ts'
import { parseSignal, sendSignal } from '../signals.ts'
import { improperState, invalidArgument, LibpodError } from './libpod-error.ts'
import { lookUpContainer } from './look-up-container.ts'

/** What changes a container, and what Podman says where it cannot. */

export const start: Answer = controlling((engine, { id, state }) => {
  if (state === 'running') return false
  if (!STARTABLE.includes(state)) {
    throw improperState(`container ${id} must be in Created or Stopped state to be started`)
  }
  engine.start(id)
  return true
})

export const stop: Answer = controlling((engine, { id, state }) => {
  if (state === 'exited') return false
  if (state === 'paused') {
    throw improperState(`can only stop created or running containers. ${id} is in state ${state}`)
  }
  engine.stop(id)
  return true
})

export const restart: Answer = controlling((engine, { id, state }) => {
  if (state === 'paused') throw improperState('unable to restart a container in a paused or unknown state')
  engine.restart(id)
  return true
})

export const kill: Answer = controlling((engine, { id, state, running }, { query }) => {
  const text = query.get('signal') ?? 'KILL'
  const signal = parseSignal(text)
  if (typeof signal === 'string') throw new ApiError(500, `invalid signal: ${text}`)
  if (!running) throw improperState(`can only kill running containers. ${id} is in state ${state}`, 409)
  sendSignal(engine, id, signal)
  return true
})

export const pause: Answer = controlling((engine, { id, state }) => {
  if (state === 'paused') throw improperState(`"${id}" is already paused`)
  if (state !== 'running') throw improperState(`"${state}" is not running, can't pause`)
  engine.pause(id)
  return true
})

export const unpause: Answer = controlling((engine, { id, state }) => {
  if (state !== 'paused') throw improperState(`"${id}" is not paused, can't unpause`)
  engine.unpause(id)
  return true
})

export const rename: Answer = controlling((engine, { id }, { query }) => {
  const name = query.get('name') ?? ''
  if (!NAME.test(name)) throw invalidArgument('names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*')
  if (engine.containers.some((other) => other.name === name && other.id !== id)) {
    const text = `renaming container ${id}: name ${name} already in use, cannot rename container ${id}`
    throw new LibpodError(409, text, 'container already exists')
  }
  engine.rename(id, name)
  return true
})

/** `DELETE /libpod/containers/{name}`: answers with a report, in which Podman 4 repeats how the container was named. */
export function remove(call: ApiCall): void {
  const { id, state, running } = lookUpContainer(call)
  if (running && !isTrue(call.query.get('force'))) {
    throw improperState(
      `cannot remove container ${id} as it is ${state} - running or paused containers cannot be removed without force`,
    )
  }
  call.engine.remove(id)
  const asNamed = call.apiMajor < FIRST_WITHOUT_INPUT ? { RawInput: call.reference } : {}
  sendJson(call.response, 200, [{ Id: id, ...asNamed }])
}

/** @param act returns false when there was nothing to do */
function controlling(
  act: (engine: SimulatedEngine, container: SimulatedContainer, call: ApiCall) => boolean,
): Answer {
  return (call) => {
    const changed = act(call.engine, lookUpContainer(call), call)
    sendStatus(call.response, changed ? 204 : 304)
  }
}

const STARTABLE: readonly string[] = ['created', 'exited']
const FIRST_WITHOUT_INPUT = 5
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/
