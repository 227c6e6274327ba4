import { expect, test } from 'vitest'
import { ANOMALY_KINDS } from '../../reference/anomalies/anomaly.ts'
import { accuracyPage, BOUNDS, scoreOf, SEEDS } from './accuracy-page.ts'
import { evaluate } from './evaluate.ts'

const all = SEEDS.map(evaluate)

test('docs/anomaly-accuracy.md is what the command prints; npm run docs writes it', async () => {
  await expect(accuracyPage(all)).toMatchFileSnapshot('../../docs/anomaly-accuracy.md')
})

test.each(ANOMALY_KINDS)('%s is found as often and as rightly as the page promises', (kind) => {
  const { labels, found, findings, right } = scoreOf(all, kind)
  expect(labels).toBeGreaterThan(3)
  expect(found / labels).toBeGreaterThanOrEqual(BOUNDS[kind].recall)
  expect(right / findings).toBeGreaterThanOrEqual(BOUNDS[kind].precision)
})
