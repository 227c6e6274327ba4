/** What only the person who started the program can put right. Its message is one sentence that says how; exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
