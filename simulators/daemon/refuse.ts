import type { ServerResponse } from 'node:http'
import type { EnginePersonality } from '../engine/personality.ts'
import { sendJson } from './api-call.ts'
import { ApiError, toApiError } from './api-error.ts'
import { libpodErrorJson } from './libpod/libpod-error.ts'

/** Answers with an error in the product's form; breaks the connection where an answer has begun. */
export function refuse(response: ServerResponse, error: unknown, { product }: EnginePersonality): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const refusal = toApiError(error) ?? new ApiError(500, String(error))
  const { status, message, isPlain } = refusal
  if (isPlain) response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${message}\n`)
  else sendJson(response, status, product === 'podman' ? libpodErrorJson(refusal) : { message })
}
