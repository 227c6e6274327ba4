import { DAYS } from '../collector/days.ts'
import { answerJobs } from '../processes/answer-jobs.ts'
import { checkSmallScope } from '../small-scope/small-scope.ts'
import type { CampaignAnswer, CampaignJob } from './campaign-jobs.ts'
import { searchSeed } from './search-seed.ts'

/** A process of a campaign. */
answerJobs(async (job: CampaignJob): Promise<CampaignAnswer> => {
  switch (job.kind) {
    case 'seed':
      return await search(job)
    case 'small': {
      const { cases, failure } = await checkSmallScope(job)
      return { cases, failures: failure === null ? [] : [failure], marks: [] }
    }
    case 'days':
      return await liveDays()
  }
})

async function search(job: Extract<CampaignJob, { kind: 'seed' }>): Promise<CampaignAnswer> {
  const failures: string[] = []
  const marks = new Set<string>()
  const { cases } = await searchSeed({
    ...job,
    onFailure: (words) => failures.push(words),
    onMark: (mark) => marks.add(mark),
  })
  return { cases, failures, marks: [...marks] }
}

async function liveDays(): Promise<CampaignAnswer> {
  const marks = new Set<string>()
  for (const day of DAYS) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for (const mark of await day()) marks.add(mark)
  }
  return { cases: 0, failures: [], marks: [...marks] }
}
