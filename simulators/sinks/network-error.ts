/** An error as Node's sockets make it. */
export function networkError(
  code: 'ECONNREFUSED' | 'ECONNRESET' | 'ENOTFOUND',
  what: string,
): NodeJS.ErrnoException {
  return Object.assign(new Error(`${what} ${code}`), { code })
}
