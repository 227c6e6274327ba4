/** An error as Node's file system makes it. Without a stack, which would show the simulator only and costs more than the operation. */
export function fileError(code: string, operation: string, path: string): NodeJS.ErrnoException {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  const error = new Error(`${code}: ${operation} '${path}'`)
  Error.stackTraceLimit = limit
  return Object.assign(error, { code, syscall: operation, path })
}
