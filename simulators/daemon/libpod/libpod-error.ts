import { ApiError } from '../api-error.ts'

/** A refusal in Podman's words: what was wrong, and behind it the kind of error. */
export class LibpodError extends ApiError {
  /** The innermost error, which clients recognise it by. */
  readonly reason: string

  constructor(status: number, text: string, reason: string) {
    super(status, `${text}: ${reason}`)
    this.reason = reason
  }
}

/** The container is not in a state for that. */
export function improperState(text: string, status = 500): LibpodError {
  return new LibpodError(status, text, 'container state improper')
}

export function invalidArgument(text: string): LibpodError {
  return new LibpodError(500, text, 'invalid argument')
}

/**
 * @param value what the query has under that name
 * @param parser who cannot read it
 */
export function unreadableParameter(
  name: string,
  value: string,
  { parser, reason }: { readonly parser?: string; readonly reason: string },
): LibpodError {
  const texts = [`failed to parse query parameter '${name}'`, JSON.stringify(value), parser]
  return new LibpodError(400, texts.filter((text) => text !== undefined).join(': '), reason)
}

/** The body of an error's answer, in Podman's API and in its Docker API. */
export function libpodErrorJson(error: ApiError): object {
  const cause = error instanceof LibpodError ? error.reason : error.message
  return { cause, message: error.message, response: error.status }
}
