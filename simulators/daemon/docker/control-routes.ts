import { randomBytes } from 'node:crypto'
import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import type { SimulatedEngine } from '../../engine/simulated-engine.ts'
import { writeStreamHead, sendJson, sendStatus, type Answer, type ApiCall } from '../api-call.ts'
import { ApiError } from '../api-error.ts'
import { isTrue } from './container-list.ts'
import { readCreateRequest } from './create-request.ts'
import { findContainer } from '../find-container.ts'
import { refusalsOf } from '../refusals.ts'
import { parseSignal, sendSignal } from '../signals.ts'

/** What changes a container. */

export const start: Answer = controlling((engine, container) => {
  if (container.state === 'paused') {
    throw new ApiError(409, 'cannot start a paused container, try unpause instead')
  }
  if (container.running) return false
  engine.start(container.id)
  return true
})

export const stop: Answer = controlling((engine, container) => {
  if (!container.running) return false
  engine.stop(container.id)
  return true
})

export const restart: Answer = controlling((engine, { id }) => {
  engine.restart(id)
  return true
})

export function kill({ engine, reference, query, response }: ApiCall): void {
  const refusals = refusalsOf(engine.personality)
  const text = query.get('signal')
  const signal = parseSignal(text)
  if (signal === 'unknown') throw refusals.unknownSignal(reference, text!)
  const { id, running } = containerToKill(engine, reference)
  if (signal === 'unsupported') throw refusals.unsupportedSignal(reference, text!)
  if (!running) throw refusals.killing(reference, refusals.notRunning(id))
  sendSignal(engine, id, signal)
  sendStatus(response, 204)
}

function containerToKill(engine: SimulatedEngine, reference: string): SimulatedContainer {
  try {
    return findContainer(engine, reference)
  } catch (error) {
    if (error instanceof ApiError) throw refusalsOf(engine.personality).killing(reference, error)
    throw error
  }
}

export const pause: Answer = controlling((engine, { id, state, running }) => {
  if (state === 'paused') throw new ApiError(409, `Container ${id} is already paused`)
  if (!running) throw refusalsOf(engine.personality).notRunning(id)
  engine.pause(id)
  return true
})

export const unpause: Answer = controlling((engine, { id, state }) => {
  if (state !== 'paused') throw new ApiError(500, `Container ${id} is not paused`)
  engine.unpause(id)
  return true
})

export const rename: Answer = controlling((engine, { id, name: oldName }, { query }) => {
  const name = (query.get('name') ?? '').replace(/^\//, '')
  if (name === '') throw new ApiError(400, 'Neither old nor new names may be empty')
  if (name === oldName) {
    throw new ApiError(400, 'Renaming a container with the same name as its current name')
  }
  assertName(engine, `/${name}`, 'Error when allocating new name: ')
  engine.rename(id, name)
  return true
})

export const remove: Answer = controlling((engine, container, { query }) => {
  if (container.running && !isTrue(query.get('force'))) {
    const refusals = refusalsOf(engine.personality)
    throw container.state === 'paused'
      ? refusals.removingPaused(container)
      : refusals.removingRunning(container)
  }
  engine.remove(container.id)
  return true
})

/** `POST /containers/{id}/wait`: the head at once, the exit code when the awaited has happened. */
export function wait({ engine, reference, query, response }: ApiCall): void {
  const container = findContainer(engine, reference)
  const condition = query.get('condition') || 'not-running'
  const { waitChecksCondition, waitTellsNullError } = engine.personality
  if (waitChecksCondition && !AWAITED.has(condition)) {
    throw new ApiError(400, `invalid condition: ${JSON.stringify(condition)}`)
  }
  const awaited = AWAITED.get(condition) ?? 'die'
  writeStreamHead(response, 'application/json')
  response.flushHeaders()
  const answer = (): void => {
    const error = waitTellsNullError ? { Error: null } : {}
    response.end(`${JSON.stringify({ ...error, StatusCode: container.exitCode })}\n`)
  }
  if (!LATER.includes(condition) && !container.running) return answer()
  const subscription = engine.events.subscribe(({ action, id }) => {
    if (id === container.id && action === awaited) answer()
  })
  response.once('close', () => subscription[Symbol.dispose]())
}

/** `POST /containers/create`. Every image is there; what the container does is the daemon's `createdBehaviour`. */
export async function create(call: ApiCall): Promise<void> {
  const { engine, query, response, request, createdBehaviour } = call
  const options = await readCreateRequest(request, refusalsOf(engine.personality))
  const name = query.get('name') || `created_${randomBytes(4).toString('hex')}`
  const bare = name.replace(/^\//, '')
  assertName(engine, name)
  const { id } = engine.addContainer({ ...options, name: bare, behaviour: createdBehaviour, started: false })
  sendJson(response, 201, { Id: id, Warnings: [] })
}

/** @param act returns false when there was nothing to do */
function controlling(
  act: (engine: SimulatedEngine, container: SimulatedContainer, call: ApiCall) => boolean,
): Answer {
  return (call) => {
    const changed = act(call.engine, findContainer(call.engine, call.reference), call)
    sendStatus(call.response, changed ? 204 : 304)
  }
}

/** @param name with or without its slash. @param before what a refusal begins with */
function assertName(engine: SimulatedEngine, name: string, before = ''): void {
  if (!/^\/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
    throw new ApiError(
      400,
      `${before}Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
    )
  }
  const bare = name.replace(/^\//, '')
  const holder = engine.containers.find((container) => container.name === bare)
  if (holder === undefined) return
  throw new ApiError(
    409,
    `${before}Conflict. The container name "/${bare}" is already in use by container "${holder.id}". ` +
      'You have to remove (or rename) that container to be able to reuse that name.',
  )
}

/** Conditions that what has been does not fulfil. */
const LATER = ['next-exit', 'removed']
/** The event each condition waits for. */
const AWAITED: ReadonlyMap<string, string> = new Map([
  ['not-running', 'die'],
  ['next-exit', 'die'],
  ['removed', 'destroy'],
])
