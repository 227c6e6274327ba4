import { EngineError, type EngineErrorCode } from '../ports/docker-engine.ts'

/**
 * What docker-modem or Node reported, as the port's error.
 * @param attempt what was tried, such as `open the log of 0123456789ab`: the message starts with it.
 */
export function engineFailure(attempt: string, cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause
  const { statusCode, code, message } = fieldsOf(cause)
  if (statusCode !== null) {
    const answer = message.replace(MODEM_PREFIX, '').trim()
    return new EngineError(
      codeOfStatus(statusCode),
      `Cannot ${attempt}: the engine answered ${statusCode}${answer === '' ? '' : `: ${answer}`}`,
      { cause },
    )
  }
  const broken = code?.startsWith('HPE_') === true
  const what = broken ? 'the answer is not HTTP' : (REASONS[code ?? ''] ?? 'the connection failed')
  return new EngineError(broken ? 'protocol' : 'unavailable', `Cannot ${attempt}: ${what} (${message})`, {
    cause,
  })
}

function codeOfStatus(status: number): EngineErrorCode {
  if (status === 404) return 'not_found'
  if (status === 409) return 'conflict'
  if (status === 501) return 'not_supported'
  return status >= 500 ? 'unavailable' : 'protocol'
}

function fieldsOf(cause: unknown): { statusCode: number | null; code: string | null; message: string } {
  if (!(cause instanceof Error)) return { statusCode: null, code: null, message: String(cause) }
  const statusCode = 'statusCode' in cause && typeof cause.statusCode === 'number' ? cause.statusCode : null
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : null
  return { statusCode, code, message: cause.message }
}

/** docker-modem puts `(HTTP code 404) unexpected - ` before the engine's own words. */
const MODEM_PREFIX = /^\(HTTP code \d+\) unexpected - /

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket',
  EACCES: 'this user may not use the socket',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the engine ended the connection',
  EPIPE: 'the engine ended the connection',
}
