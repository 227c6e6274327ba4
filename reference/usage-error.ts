import type { USAGE_ERRORS } from './error-codes.ts'

export type UsageErrorCode = keyof typeof USAGE_ERRORS

export interface UsageErrorOptions extends ErrorOptions {
  /** `usage` when left out. */
  readonly code?: UsageErrorCode
}

/** What only the person who started the program can put right. Its message is one sentence that says how; exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code: UsageErrorCode

  constructor(message: string, { code = 'usage', ...options }: UsageErrorOptions = {}) {
    super(message, options)
    this.code = code
  }
}
