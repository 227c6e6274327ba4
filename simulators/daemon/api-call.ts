import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SimulatedEngine } from '../engine/simulated-engine.ts'
import type { Behaviour } from '../engine/output/workload.ts'

/** One request, as far as a route needs to know it. */
export interface ApiCall {
  readonly engine: SimulatedEngine
  /** Wall time, milliseconds since the epoch, with their fraction. */
  readonly now: number
  /** The container the path names; empty where it names none. */
  readonly reference: string
  readonly query: URLSearchParams
  /** Major version of the API that is spoken: 1, or Podman's own. */
  readonly apiMajor: number
  /** Minor version of the API that is spoken, such as 41. */
  readonly apiMinor: number
  /** What containers do that clients create. */
  readonly createdBehaviour: Behaviour
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Answers a call. May throw an ApiError or an EngineError before anything was sent. */
export type Answer = (call: ApiCall) => void | Promise<void>

/** A complete answer in JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`)
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body)
}

/** A complete answer without a body. */
export function sendStatus(response: ServerResponse, status: number): void {
  response.writeHead(status).end()
}

/** The head of an answer whose body comes by and by; it is sent with the first of it, or when it is flushed. */
export function writeStreamHead(response: ServerResponse, contentType: string | null): void {
  response.writeHead(200, contentType === null ? {} : { 'Content-Type': contentType })
}
