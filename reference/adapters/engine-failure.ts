import { codeOf, messageOf } from '../errors.ts'
import { EngineError, type EngineErrorCode } from '../ports/docker-engine.ts'

/**
 * The engine answered with another status than 200.
 * @param attempt what was tried, such as `read the log of 0123456789ab`: the message starts with it.
 * @param body the answer: `{"message": "..."}`, or any text.
 */
export function refusal(attempt: string, status: number, body: string): EngineError {
  const words = wordsOf(body)
  const why = words === '' ? '' : `: ${words}`
  return new EngineError(codeOfStatus(status), `Cannot ${attempt}: the engine answered ${status}${why}`)
}

/** The connection could not be made, or broke. */
export function connectionFailure(attempt: string, cause: unknown): EngineError {
  const code = codeOf(cause)
  const broken = code?.startsWith('HPE_') === true
  const what = broken ? 'the answer is not HTTP' : (REASONS[code ?? ''] ?? 'the connection failed')
  return new EngineError(
    broken ? 'protocol' : 'unavailable',
    `Cannot ${attempt}: ${what} (${messageOf(cause)})`,
    { cause },
  )
}

function codeOfStatus(status: number): EngineErrorCode {
  if (status === 404) return 'not_found'
  if (status === 409) return 'conflict'
  if (status === 501) return 'not_supported'
  return status >= 500 ? 'unavailable' : 'protocol'
}

function wordsOf(body: string): string {
  try {
    const json: unknown = JSON.parse(body)
    if (typeof json === 'object' && json !== null && 'message' in json) return String(json.message)
  } catch {
    // Not JSON: the text itself.
  }
  return body.trim()
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket',
  EACCES: 'this user may not use the socket',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the engine ended the connection',
  EPIPE: 'the engine ended the connection',
}
