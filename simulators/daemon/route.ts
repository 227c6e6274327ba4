import type { EngineOperation } from '../engine/call-faults.ts'
import type { Answer } from './api-call.ts'

export interface Route {
  readonly method: string
  /** Path without its version; `id` is the container, or what else, it names. */
  readonly path: RegExp
  /** What it counts as when calls are ordered to fail. */
  readonly operation?: EngineOperation
  readonly answer: Answer
}

/** The path of something about one of the things that are listed under a path; `id` is which. */
export function ofThing(things: string, rest: string): RegExp {
  return new RegExp(`^${things}/(?<id>[^/]+)${rest}$`)
}
