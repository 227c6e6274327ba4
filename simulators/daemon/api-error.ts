import { EngineError, type EngineErrorCode } from '../../reference/ports/index.ts'

/** An answer other than success, in the words of the engine. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** Whether it is answered as a text, not as JSON: so old engines answer clients that are older still, and Podman what it has no route for. */
  readonly isPlain: boolean

  constructor(status: number, message: string, isPlain = false) {
    super(message)
    this.status = status
    this.isPlain = isPlain
  }
}

/** The answer an error of the engine stands for; undefined when it is not one. */
export function toApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error
  if (error instanceof EngineError) return new ApiError(STATUS[error.code], error.message)
  return undefined
}

const STATUS: Readonly<Record<EngineErrorCode, number>> = {
  not_found: 404,
  conflict: 409,
  not_supported: 501,
  unavailable: 503,
  protocol: 500,
  destroyed: 500,
}
