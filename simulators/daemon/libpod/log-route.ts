import type { ApiCall } from '../api-call.ts'
import { ApiError } from '../api-error.ts'
import { isTrue } from '../docker/container-list.ts'
import { sendLog } from '../docker/log-route.ts'
import { parseInputTime, UNREADABLE_TIME } from './input-time.ts'
import { LibpodError, unreadableParameter } from './libpod-error.ts'
import { lookUpContainer } from './look-up-container.ts'

/** `GET /libpod/containers/{name}/logs`: in frames, with a terminal too. */
export async function logs(call: ApiCall): Promise<void> {
  const { query } = call
  const streams = parseStreams(call)
  const { id, name, logDriver } = lookUpContainer(call)
  const tail = parseTail(query.get('tail'))
  const selection = {
    ...streams,
    timestamps: isTrue(query.get('timestamps')),
    since: timeOf(call, 'since'),
    until: timeOf(call, 'until'),
  }
  if (logDriver === 'none') throw withoutLog(name)
  const follow = isTrue(query.get('follow'))
  await sendLog(call, id, { log: { follow, tail, selection, framed: true }, contentType: null })
}

function parseStreams({ query, request }: ApiCall): { stdout: boolean; stderr: boolean } {
  const stdout = isTrue(query.get('stdout'))
  const stderr = isTrue(query.get('stderr'))
  if (stdout || stderr) return { stdout, stderr }
  throw new ApiError(400, `Bad Request: you must choose at least one stream for ${request.url}`)
}

/** A negative number means all. */
function parseTail(text: string | null): number {
  if (text === null || text === 'all') return Infinity
  if (!/^[+-]?\d+$/.test(text)) {
    const parser = `strconv.ParseInt: parsing ${JSON.stringify(text)}`
    throw unreadableParameter('tail', text, { parser, reason: 'invalid syntax' })
  }
  return Number(text) < 0 ? Infinity : Number(text)
}

function timeOf({ query, now }: ApiCall, name: 'since' | 'until'): string | null {
  const text = query.get(name)
  if (text === null) return null
  const time = parseInputTime(text, now, name === 'since' ? 'back' : 'forth')
  if (time === undefined) throw unreadableParameter(name, text, { reason: UNREADABLE_TIME })
  return time
}

function withoutLog(name: string): LibpodError {
  return new LibpodError(
    500,
    `failed to obtain logs for Container '${name}': this container is using the 'none' log driver, cannot read logs`,
    'this container is not logging output',
  )
}
