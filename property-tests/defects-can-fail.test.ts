import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { DEFECTS } from './defects/catalogue.ts'
import { reportDefects } from './defects/defects-report.ts'

test('each defect is caught by all that the catalogue names for it, and the sources as they are pass', async () => {
  const { clean, defects } = await reportDefects(DEFECTS, { processes: availableParallelism() })
  const missed = defects.filter((defect) => !defect.caught || defect.missedBy.length > 0)
  expect(missed.map(({ id, missedBy }) => [id, missedBy])).toEqual([])
  expect(clean.failures).toEqual([])
  expect(defects.map(({ id }) => id)).toEqual(DEFECTS.map(({ id }) => id))
}, 900_000)
