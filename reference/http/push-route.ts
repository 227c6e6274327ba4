import { z } from 'zod'
import type { PushIntake } from '../push/push-intake.ts'
import { PushRefusal } from '../push/push-refusal.ts'
import { pushBody } from '../push/push-request.ts'
import type { HttpReply, RouteRequest } from '../ports/http-server.ts'
import { errorBody, json, refusal, type ApiRoute } from './api-route.ts'

export interface PushRouteOptions {
  /** Null where it is switched off. */
  readonly push: Pick<PushIntake, 'take' | 'noteRefused'> | null
  readonly bodyBytesMax: number
}

const taken = z.strictObject({
  records: z.int().describe('lines of the request, all of them safe'),
  repeated: z.boolean().describe('whether they were taken before, under the same Idempotency-Key'),
})

/** `POST /api/logs`. */
export function pushRoute({ push, bodyBytesMax }: PushRouteOptions): ApiRoute {
  return {
    method: 'POST',
    path: '/api/logs',
    summary:
      'Takes lines for files, all or none; answers 200 once they are safe: each is then in every sink once. After 500, or no answer, send it again with the same Idempotency-Key',
    body: pushBody,
    headers: {
      'Idempotency-Key':
        'What the request is called, 1 to 128 printable ASCII characters: it is taken once however often it comes',
    },
    replies: {
      200: taken,
      400: errorBody,
      409: errorBody,
      413: errorBody,
      422: errorBody,
      429: errorBody,
      500: errorBody,
      503: errorBody,
    },
    access: 'protected',
    bodyBytesMax,
    onBodyRefused: (status) => push?.noteRefused(status),
    handle: (request) => (push === null ? NOT_ENABLED : take(push, request)),
  }
}

async function take(push: Pick<PushIntake, 'take'>, { body, headers }: RouteRequest): Promise<HttpReply> {
  try {
    return json(200, await push.take(body, headers['idempotency-key']))
  } catch (error) {
    if (!(error instanceof PushRefusal)) throw error
    const { message, retryAfterSeconds, status } = error
    return refusal(
      status,
      message,
      retryAfterSeconds === null ? undefined : { 'retry-after': String(retryAfterSeconds) },
    )
  }
}

const NOT_ENABLED = refusal(409, 'Cannot take lines: set push.enabled in the configuration')
