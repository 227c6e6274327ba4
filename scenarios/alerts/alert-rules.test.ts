import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeKeys, type KeyDescription } from '../../reference/config/documents/key-description.ts'
import { parseConfig } from '../../reference/config/parse-config.ts'
import { createCollector } from '../../reference/main.ts'
import { World } from '../../simulators/index.ts'
import { ROWS } from '../dashboard/panels.ts'
import { ROOT } from '../own-command.ts'
import { alertRules, metricsIn } from './alert-rules.ts'
import { RECORDINGS } from './recordings.ts'

const RUNBOOKS = path.join(ROOT, 'docs/runbooks')
/** Of a scrape and of histograms. */
const OTHER_LABELS = ['instance', 'job', 'le']

const config = `
  anomaly: { enabled: true }
  push: { enabled: true }
  file_monitor: { enabled: true, paths: [/var/log/a.log] }
  sinks: { stdout: { enabled: true }, loki: { enabled: true, url: "http://loki/push" }, jetstream: { enabled: true, servers: [nats://nats], stream: S } }
`
const { metrics } = createCollector(
  parseConfig(config, { file: 'f', env: {} }),
  new World({ seed: 1 }).ports(),
)
// Registered when the process and its spool are started.
metrics.mirrorConnections(() => 0)
metrics.mirrorSpoolBytes(() => 0)
metrics.mirrorSpoolBehind(() => new Map())
const labelsOf = metrics.labelNames()

/** What an expression names that does not exist. */
function unknownIn(expr: string): string[] {
  const names = [...metricsIn(expr)]
  const unknown = names.filter((name) => !labelsOf.has(name))
  for (const [, name = '', labels = ''] of expr.matchAll(/(\w+)\{([^}]*)\}/g)) {
    const allowed = [...(labelsOf.get([...metricsIn(name)][0] ?? '') ?? []), ...OTHER_LABELS, '__name__']
    const used = [...labels.matchAll(/(\w+)\s*=/g)].map(([, label = '']) => label)
    unknown.push(...used.filter((label) => !allowed.includes(label)))
  }
  const all = new Set([...names.flatMap((name) => labelsOf.get(name) ?? []), ...OTHER_LABELS])
  for (const [, list = ''] of expr.matchAll(/\b(?:by|without|on|ignoring|group_left)\s*\(([^)]*)\)/g))
    unknown.push(...(list.match(/\w+/g) ?? []).filter((label) => !all.has(label)))
  return unknown
}

/** Full names of the configuration's keys. */
function keyNames(keys: readonly KeyDescription[], before = ''): string[] {
  return keys.flatMap(({ key, keys: inner }) => {
    const name = `${before}${key}`
    return inner === null ? [name] : [name, ...keyNames(inner, `${name}.`)]
  })
}

function pageOf(name: string): string {
  return readFileSync(path.join(RUNBOOKS, name), 'utf8')
}

const pages = readdirSync(RUNBOOKS)
const alerts = alertRules().map(({ alert }) => alert)

describe('alerts', () => {
  test.for(alertRules())('$alert asks for metrics and labels that exist', ({ expr }) => {
    expect(metricsIn(expr).size).toBeGreaterThan(0)
    expect(unknownIn(expr)).toEqual([])
  })

  test('what does not exist is found', () => {
    expect(unknownIn('log_capturer_gorotines > 2')).toEqual(['log_capturer_gorotines'])
    expect(unknownIn('log_capturer_tasks{kin="a"}')).toEqual(['kin'])
    expect(unknownIn('sum by (sink) (log_capturer_tasks)')).toEqual(['sink'])
  })

  test('each says a severity, what it is about, and where its runbook is', () => {
    for (const { alert, annotations } of alertRules()) {
      expect(annotations['summary'], alert).toBeTruthy()
      expect(annotations['description'], alert).toBeTruthy()
      expect(annotations['runbook_url']).toBe(`docs/runbooks/${alert}.md`)
    }
  })

  test('each fires in a recording, a recording fires none that there is not, and in one none fires', () => {
    expect(new Set(RECORDINGS.flatMap(({ fires }) => fires))).toEqual(new Set(alerts))
    expect(RECORDINGS.some(({ fires }) => fires.length === 0)).toBe(true)
  })
})

describe('runbooks', () => {
  test('every alert has a page, and every page but that on tuning an alert', () => {
    expect(pages.toSorted()).toEqual([...alerts.map((alert) => `${alert}.md`), 'tuning.md'].toSorted())
  })

  test.for(alerts)('that of %s says what it means, how to look, what to do and how to roll back', (alert) => {
    const titles = pageOf(`${alert}.md`)
      .split('\n')
      .filter((line) => line.startsWith('#'))
    expect(titles).toEqual([
      `# ${alert}`,
      '## What it means',
      '## How to look',
      '## What to do',
      '## How to roll back',
    ])
  })

  test.for(pages)('%s names metrics, keys and pages that exist', (page) => {
    const text = pageOf(page)
    const known = [...labelsOf.keys()]
    const searched = new Set([...text.matchAll(/grep '?\^(\w+)/g)].map(([, prefix = '']) => prefix))
    for (const prefix of searched)
      expect(
        known.some((name) => name.startsWith(prefix)),
        prefix,
      ).toBe(true)
    const named = [...metricsIn(text)].filter((name) => !searched.has(name))
    expect(named.filter((name) => !labelsOf.has(name))).toEqual([])
    const keys = new Set(keyNames(describeKeys()))
    const used = [...text.matchAll(/`((?:container_monitor|dispatcher|sinks|file_monitor)\.[\w.]+)`/g)]
    expect(used.map(([, key = '']) => key).filter((key) => !keys.has(key))).toEqual([])
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link)
    for (const link of links) expect(readFileSync(path.join(RUNBOOKS, link), 'utf8')).toBeTruthy()
  })
})

test.for(ROWS.flatMap(({ panels }) => panels))(
  'the panel "$title" asks for metrics and labels that exist',
  ({ queries }) => {
    expect(queries.flatMap(({ expr }) => unknownIn(expr))).toEqual([])
  },
)
