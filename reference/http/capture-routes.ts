import { z } from 'zod'
import type { HttpReply, RouteRequest } from '../ports/http-server.ts'
import { errorBody, refusal, type ApiRoute } from './api-route.ts'
import type { Captures } from './captures.ts'

/** Of a profile, when nothing is said, and at most. */
const SECONDS = 10
const SECONDS_MAX = 60

const profileBody = z
  .strictObject({ seconds: z.int().min(1).max(SECONDS_MAX).default(SECONDS).describe('for how long') })
  .nullish()

/** What Chrome DevTools read. */
const capture = z.looseObject({})

/** What is taken of the process itself. A POST, although nothing is changed: it slows the collector down, and no page in a browser is to do that. */
export function captureRoutes(captures: Pick<Captures, 'cpuProfile' | 'heapSnapshot'>): ApiRoute[] {
  const common = { method: 'POST', access: 'protected' } as const
  return [
    {
      ...common,
      path: '/debug/heap-snapshot',
      summary:
        'What is on the heap, as Chrome DevTools read it. The collector stands still while it is begun',
      replies: { 200: capture, 409: errorBody },
      handle: () => captures.heapSnapshot(),
    },
    {
      ...common,
      path: '/debug/cpu-profile',
      summary: 'Where the processor spends its time, for some seconds, as Chrome DevTools read it',
      body: profileBody,
      replies: { 200: capture, 400: errorBody, 409: errorBody, 503: errorBody },
      handle: (request) => profile(captures, request),
    },
  ]
}

async function profile(captures: Pick<Captures, 'cpuProfile'>, { body }: RouteRequest): Promise<HttpReply> {
  const parsed = profileBody.safeParse(body)
  if (!parsed.success)
    return refusal(400, `Cannot read the body; expected: {"seconds": 1 to ${SECONDS_MAX}}, or none`)
  return await captures.cpuProfile(parsed.data?.seconds ?? SECONDS)
}
