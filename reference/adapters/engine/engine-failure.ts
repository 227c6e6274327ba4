import { codeOf, messageOf } from '../../errors.ts'
import { EngineError, type EngineErrorCode } from '../../ports/docker-engine.ts'

/**
 * The engine answered with another status than 200.
 * @param attempt what was tried, such as `read the log of 0123456789ab`: the message starts with it.
 * @param body the answer: `{"message": "..."}`, or any text.
 */
export function refusal(attempt: string, status: number, body: string): EngineError {
  const words = wordsOf(body)
  const why = words === '' ? '' : `: ${words.slice(0, WORDS_MAX)}`
  return new EngineError(codeOfStatus(status), `Cannot ${attempt}: the engine answered ${status}${why}`)
}

/** The engine switched to another protocol, which was not asked for. */
export function notHttp(attempt: string): EngineError {
  return new EngineError('protocol', `Cannot ${attempt}: the engine answered with another protocol than HTTP`)
}

/** The connection could not be made, or broke. */
export function connectionFailure(attempt: string, cause: unknown): EngineError {
  const code = codeOf(cause)
  const broken = code?.startsWith('HPE_') === true
  const what = broken ? 'the answer is not HTTP' : reasonOf(code ?? '')
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

/** Characters of them that a message repeats. */
const WORDS_MAX = 1000

function reasonOf(code: string): string {
  return REASONS[code] ?? (code.startsWith('ERR_SSL_') ? 'TLS failed' : 'the connection failed')
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket',
  EACCES: 'this user may not use the socket',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the engine ended the connection',
  EPIPE: 'the engine ended the connection',
  CERT_HAS_EXPIRED: "the engine's certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "nobody who is trusted signed the engine's certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "nobody who is trusted signed the engine's certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "nobody who is trusted signed the engine's certificate",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "nobody who is trusted signed the engine's certificate",
  ERR_TLS_CERT_ALTNAME_INVALID: "the engine's certificate is another host's",
  ERR_SSL_WRONG_VERSION_NUMBER: 'the engine does not speak TLS there',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the engine asks for a certificate',
}
