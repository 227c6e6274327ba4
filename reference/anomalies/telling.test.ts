import { describe, expect, test } from 'vitest'
import { RecordingLogger } from '../../simulators/machine/recording-logger.ts'
import type { AnomalyKind, Finding } from './anomaly.ts'
import { AnomalyList, ANOMALIES_MAX } from './anomaly-list.ts'
import { AnomalyLog } from './anomaly-log.ts'

const source = { kind: 'container', name: 'web', id: 'an id' } as const

function finding(kind: AnomalyKind, changes: Partial<Finding> = {}): Finding {
  return { kind, source, score: 5, windowMs: 60_000, observed: 7, expected: 100, templates: [], ...changes }
}

describe('the list', () => {
  test('has one place for what lasts, and says since when and how often', () => {
    const list = new AnomalyList()
    expect(list.note(finding('rate_low'), 1000)).not.toBeNull()
    expect(list.note(finding('rate_low', { observed: 3 }), 2000)).toBeNull()
    expect(list.list()).toMatchObject([
      {
        firstAt: '1970-01-01T00:00:01.000Z',
        lastAt: '1970-01-01T00:00:02.000Z',
        count: 2,
        observed: 3,
        ongoing: true,
      },
    ])
    expect(list.ongoing('rate_low')).toBe(1)
    expect(list.over(source, 'mix')).toEqual([])
    expect(list.over(source, 'rate')).toEqual(['rate_low'])
    expect(list.list()).toMatchObject([{ count: 2, ongoing: false }])
    expect(list.note(finding('rate_low'), 3000)).not.toBeNull()
    expect(list.list()).toHaveLength(2)
  })

  test('has each new template for itself', () => {
    const list = new AnomalyList()
    for (const atMs of [1, 2]) expect(list.note(finding('new_template'), atMs)).not.toBeNull()
    expect(list.list()).toMatchObject([{ ongoing: false }, { ongoing: false }])
    expect(list.ongoing('new_template')).toBe(0)
  })

  test('has the last 200, the latest first; what lasts and is no longer among them is known to last', () => {
    const list = new AnomalyList()
    list.note(finding('rate_low'), 0)
    for (let atMs = 1; atMs <= 500; atMs++) list.note(finding('new_template'), atMs)
    expect(list.list()).toHaveLength(ANOMALIES_MAX)
    expect(list.list()[0]).toMatchObject({ firstAt: '1970-01-01T00:00:00.500Z' })
    expect(list.ongoing('rate_low')).toBe(1)
    expect(list.note(finding('rate_low'), 501)).toBeNull()
    expect(list.over(source, 'rate')).toEqual(['rate_low'])
  })
})

describe('the log', () => {
  const clock = { nowMs: 0, monotonic: () => clock.nowMs }

  function told(tell: (log: AnomalyLog, list: AnomalyList) => void): RecordingLogger['entries'] {
    const logger = new RecordingLogger(() => clock.nowMs)
    tell(new AnomalyLog(clock, logger), new AnomalyList())
    return logger.entries
  }

  test('says what is unusual, in one sentence for each kind, and leaves out what a kind has not', () => {
    const entries = told((log, list) => {
      log.tell(list.note(finding('rate_high', { score: 12.345 }), 0)!)
      const templates = [{ template: 'panic: <*>', share: 0.2, usualShare: 0.004 }]
      const content = { windowMs: null, observed: null, expected: null, templates }
      log.tell(list.note(finding('new_template', { ...content, score: 0 }), 0)!)
      log.tell(list.note(finding('mix_shift', content), 0)!)
      log.over('rate_high', source)
    })
    expect(entries.map(({ fields }) => fields)).toEqual([
      {
        anomaly: 'rate_high',
        source: 'web',
        source_kind: 'container',
        source_id: 'an id',
        score: 12.3,
        seconds: 60,
        lines: 7,
        usual_lines: 100,
      },
      {
        anomaly: 'new_template',
        source: 'web',
        source_kind: 'container',
        source_id: 'an id',
        template: 'panic: <*>',
      },
      {
        anomaly: 'mix_shift',
        source: 'web',
        source_kind: 'container',
        source_id: 'an id',
        score: 5,
        templates: ['0.4 % -> 20 % panic: <*>'],
      },
      { anomaly: 'rate_high', source: 'web' },
    ])
    expect(new Set(entries.map(({ message }) => message)).size).toBe(4)
  })

  test('tells twenty a minute one by one, and then how many more there were', () => {
    const entries = told((log, list) => {
      for (let n = 0; n < 50; n++) log.tell(list.note(finding('new_template'), n)!)
      log.tick()
      clock.nowMs += 60_000
      log.tick()
      log.tick()
      for (let n = 0; n < 3; n++) log.tell(list.note(finding('new_template'), n)!)
    })
    expect(entries).toHaveLength(24)
    expect(entries[20]).toMatchObject({ fields: { anomalies: 30 } })
  })
})
