import { z } from 'zod'
import type { HttpReply, Route } from '../ports/http-server.ts'

/** A route of the API, with what its description is made of. */
export interface ApiRoute extends Route {
  /** One sentence. */
  readonly summary: string
  /** What it is sent; left out where it is sent nothing. */
  readonly body?: z.ZodType
  /** What it takes beside a token, by the name of the header: one sentence each. */
  readonly headers?: Readonly<Record<string, string>>
  /** What it answers with, by status. */
  readonly replies: Readonly<Record<number, z.ZodType>>
  /** `open` to whoever reaches the address, or for those who have the token, where there is one. */
  readonly access: 'open' | 'protected'
}

export function json(status: number, value: unknown): HttpReply {
  return { status, contentType: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` }
}

/** Why a request was not done: one sentence. */
export const errorBody: z.ZodType<{ readonly error: string }> = z.strictObject({ error: z.string() })

export function refusal(status: number, error: string, headers?: HttpReply['headers']): HttpReply {
  return { ...json(status, { error }), ...(headers === undefined ? {} : { headers }) }
}
