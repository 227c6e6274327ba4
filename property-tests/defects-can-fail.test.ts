import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { ALONE_AMONG_PROPERTIES } from './defects/alone.ts'
import { DEFECTS } from './defects/catalogue.ts'
import { reportDefects } from './defects/defects-report.ts'
import { holdPropertyAlone } from './defects/hold-alone.ts'
import { shareOf } from './defects/share.ts'

/** Such as `2/3`: the second of three shares. All of them take ten minutes of two processors; CI takes another share for each commit. */
const SHARE = process.env['WATERTIGHT_DEFECT_SHARE'] ?? '1/1'
const OWN = shareOf(DEFECTS, SHARE)

test('each defect is caught by all that the catalogue names for it, and the sources as they are pass', async () => {
  const { clean, defects } = await reportDefects(OWN, { processes: availableParallelism() })
  const missed = defects.filter((defect) => !defect.caught || defect.missedBy.length > 0)
  expect(missed.map(({ id, missedBy }) => [id, missedBy])).toEqual([])
  expect(clean.failures).toEqual([])
  expect(defects.map(({ id }) => id)).toEqual(OWN.map(({ id }) => id))
}, 900_000)

test.for(shareOf(ALONE_AMONG_PROPERTIES, SHARE))(
  'of all properties only $file sees $defect',
  { timeout: 900_000 },
  async (entry) => {
    expect(await holdPropertyAlone(entry)).toBeNull()
  },
)
