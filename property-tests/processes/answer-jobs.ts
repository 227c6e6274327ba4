import { messageOf } from '../../reference/errors.ts'

/** What a process of a pool says to a job. */
export type Reply<Answer> = { readonly answer: Answer } | { readonly error: string }

/** In a process of a pool: does each job it is told of. It ends with the process that told it. */
export function answerJobs(answer: (job: never) => Promise<unknown>): void {
  process.on('disconnect', () => process.exit())
  process.on('message', (job) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the pool sends what its module takes
    answer(job as never).then(
      (made) => process.send?.({ answer: made } satisfies Reply<unknown>),
      (error: unknown) => process.send?.({ error: messageOf(error) } satisfies Reply<unknown>),
    )
  })
}
