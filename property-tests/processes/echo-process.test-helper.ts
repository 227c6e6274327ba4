import { answerJobs } from './answer-jobs.ts'

/** For the test of the pool: says what it was told and by which process, or ends, or fails, or never answers. */
answerJobs(async (job: { readonly say: string }) => {
  if (job.say === 'end') process.exit(3)
  if (job.say === 'reject') void Promise.reject(new Error('nobody looks'))
  if (job.say === 'fail') throw new Error('no such job')
  if (job.say === 'hang') await new Promise(() => {})
  await new Promise((resolve) => setImmediate(resolve))
  return { said: job.say, pid: process.pid }
})
