import { describe, expect, test } from 'vitest'
import { GOLDEN_SEED, goldenDifference, goldenOf, goldenText, readGolden } from './golden.ts'
import { outcomesOf, someCases, type WorldCases } from './world-cases.ts'

const golden = readGolden()
const event = (atMs: number): { atMs: number; label: string } => ({ atMs, label: 'tick' })

describe('a case happens as it did when its hash was kept', () => {
  for (const cases of someCases(GOLDEN_SEED))
    test(`of the property ${cases.property}`, async () => {
      const outcomes = await outcomesOf(cases)
      const differences = goldenOf(cases, outcomes).map((now, index) => {
        const kept = golden.find((each) => each.property === now.property && each.case === now.case)
        return goldenDifference(kept, now, outcomes[index]!)
      })
      for (const difference of differences) if (difference !== null) expect.fail(difference)
    })
})

describe('a case that happens otherwise than its hash says', () => {
  const cases: WorldCases = { property: 'records', seed: 1, cases: 1 }
  const events = Array.from({ length: 120 }, (_, index) => event(index))
  const outcome = [{ seed: 1, traceHash: 'a', events, files: [] }]
  const [kept] = goldenOf(cases, [outcome])

  test('is told, with the events among which the first is that differs, and with what to do', () => {
    const other = [{ ...outcome[0]!, traceHash: 'b', events: events.with(70, event(70.5)) }]
    const told = goldenDifference(kept, goldenOf(cases, [other])[0]!, other)
    expect(told).toMatch(/^Case 0 of the property records, seed 1, does not happen as golden\.json says\./)
    expect(told).toMatch(
      /It had 120 events and has 120\. The first 50 are the same.*\n +50\.000 ms {2}tick\n/,
    )
    expect(told).toMatch(/70\.500 ms.*\n.* 99\.000 ms {2}tick\n.*`npm run golden`/s)
  })

  test('is told where only its end, or only its files differ', () => {
    const longer = [{ ...outcome[0]!, traceHash: 'b', events: [...events, event(121)] }]
    expect(goldenDifference(kept, goldenOf(cases, [longer])[0]!, longer)).toMatch(
      /It had 120 events and has 121\. The first 100 are the same/,
    )
    const files = [{ ...outcome[0]!, files: [{ path: '/srv/a', contents: 'b' }] }]
    expect(goldenDifference(kept, goldenOf(cases, [files])[0]!, files)).toMatch(/files hold other bytes/)
  })

  test('is told where nothing was kept of it, and is not told where it is as it was', () => {
    const [now] = goldenOf(cases, [outcome])
    expect(goldenDifference(undefined, now!, outcome)).toMatch(/is not in golden\.json/)
    expect(goldenDifference(kept, now!, outcome)).toBeNull()
  })
})

test('each kept hash is of a case that is run, and the file is as the command writes it', async () => {
  const run = someCases(GOLDEN_SEED).flatMap(({ property, seed, cases }) =>
    Array.from({ length: cases }, (_, index) => `${property} ${seed} ${index}`),
  )
  expect(golden.map(({ property, seed, case: index }) => `${property} ${seed} ${index}`)).toEqual(run)
  await expect(goldenText(golden)).toMatchFileSnapshot('./golden.json')
})
