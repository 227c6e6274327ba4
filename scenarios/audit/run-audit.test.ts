import { expect, test } from 'vitest'
import { RunAudit } from './run-audit.ts'

const written = new Map([['web', 3]])

test('every line once, over a restart, is without fault', () => {
  const audit = new RunAudit()
  audit.saw('web 1')
  audit.stopped()
  audit.saw('web 2')
  audit.saw('web 3')
  expect(audit.counts(written)).toEqual({ missing: 0, repeatedAfterKill: 0, repeated: 0, unexpected: 0 })
})

test('a line that comes again is forgiven only to the run after one that was killed', () => {
  const audit = new RunAudit()
  audit.saw('web 1')
  audit.killed()
  audit.saw('web 1')
  audit.saw('web 2')
  audit.stopped()
  audit.saw('web 2')
  audit.saw('web 1')
  expect(audit.counts(written)).toMatchObject({ missing: 1, repeatedAfterKill: 1, repeated: 2 })
})

test('a line that comes again in the same run is repeated', () => {
  const audit = new RunAudit()
  audit.killed()
  audit.saw('web 1')
  audit.saw('web 1')
  expect(audit.counts(written)).toMatchObject({ repeatedAfterKill: 0, repeated: 1 })
})

test('what nobody wrote is unexpected', () => {
  const audit = new RunAudit()
  audit.saw('web 4')
  audit.saw('torn')
  expect(audit.counts(written)).toMatchObject({ missing: 3, unexpected: 2 })
})
