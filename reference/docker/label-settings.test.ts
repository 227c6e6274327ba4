import { describe, expect, test } from 'vitest'
import type { SimulatedContainer } from '../../simulators/index.ts'
import { labelSettingsOf, NO_LABEL_SETTINGS } from './label-settings.ts'
import { MULTILINE_PRESETS } from './stages/multiline-rule.ts'
import { MonitorRig, type MonitorRigOptions } from './monitor-rig.test-helper.ts'

const SINKS = ['local_file', 'stdout']

describe('settings among labels', () => {
  test('are those that are known, with a value that is allowed', () => {
    const labels = { 'watertight.enable': 'false', 'watertight.format': 'json', tier: 'x' }
    expect(labelSettingsOf(labels, SINKS)).toEqual({ ...NO_LABEL_SETTINGS, enable: false, format: 'json' })
  })

  test('of lines and sinks are patterns and names', () => {
    const labels = {
      'watertight.multiline': 'java',
      'watertight.sink': 'stdout, local_file',
      'watertight.include_lines': 'error',
      'watertight.exclude_lines': '^$',
    }
    expect(labelSettingsOf(labels, SINKS)).toEqual({
      ...NO_LABEL_SETTINGS,
      multiline: MULTILINE_PRESETS.java,
      sinks: ['stdout', 'local_file'],
      includeLines: [/error/],
      excludeLines: [/^$/],
    })
    const own = { 'watertight.multiline': '^\\[' }
    expect(labelSettingsOf(own, SINKS).multiline).toEqual({ start: /^\[/, continues: null })
    expect(labelSettingsOf({ 'watertight.multiline': 'off' }, SINKS).multiline).toBe('off')
    expect(labelSettingsOf({ 'watertight.multiline': '(', 'watertight.sink': '' }, SINKS).problems).toEqual([
      'label watertight.multiline: "(" is not allowed; allowed: off, indented, java, python, go, or a regular expression on the first line of a record',
      'label watertight.sink: "" is not allowed; allowed: one or more of local_file, stdout, with commas; all of them get its lines',
    ])
  })

  test('that are no good are not settings, and each is named with what is allowed', () => {
    const labels = { 'watertight.enable': 'yes', 'watertight.formatt': 'raw', 'watertight.run': '1' }
    expect(labelSettingsOf(labels, SINKS)).toEqual({
      ...NO_LABEL_SETTINGS,
      problems: [
        'label watertight.enable: "yes" is not allowed; allowed: true, false',
        'unknown label watertight.formatt; did you mean watertight.format?',
      ],
    })
  })
})

async function collectedOf(rig: MonitorRig, containers: readonly SimulatedContainer[]): Promise<string[]> {
  const flags = await Promise.all(containers.map((container) => rig.isCollected(container)))
  return containers.filter((_, index) => flags[index]).map(({ name }) => name)
}

/** The containers of which something is collected, of those that are there and those that come later. */
async function collected(
  options: MonitorRigOptions,
  labels: Record<string, Record<string, string>>,
): Promise<string[]> {
  const rig = new MonitorRig(options)
  const names = Object.keys(labels)
  const there = names.map((name) => rig.add(name, { labels: labels[name]! }))
  await rig.start()
  await rig.advance(1000)
  const later = names.map((name) => rig.add(`${name}-later`, { labels: labels[name]! }))
  await rig.advance(1000)
  await rig.stop()
  return await collectedOf(rig, [...there, ...later])
}

const ENABLED = { 'watertight.enable': 'true' }
const DISABLED = { 'watertight.enable': 'false' }

describe('watertight.enable', () => {
  const labels = { plain: {}, wanted: ENABLED, unwanted: DISABLED, wrong: { 'watertight.enable': 'on' } }

  test('goes before the filters, both ways, for containers that are there and for those that come', async () => {
    const only = { monitor: { filters: { includeNames: [/^plain/, /^unwanted/] } } }
    expect(await collected(only, labels)).toEqual(['plain', 'wanted', 'plain-later', 'wanted-later'])
    expect(await collected({}, { plain: {}, unwanted: DISABLED })).toEqual(['plain', 'plain-later'])
    const none = { monitor: { filters: { excludeNames: [/./], excludeLabels: ['watertight.enable'] } } }
    expect(await collected(none, labels)).toEqual(['wanted', 'wanted-later'])
  })

  test('says nothing where labels are not to be settings', async () => {
    const monitor = { settingsByLabel: false, filters: { includeNames: [/^plain/, /^unwanted/] } }
    const names = ['plain', 'unwanted', 'plain-later', 'unwanted-later']
    expect(await collected({ monitor }, labels)).toEqual(names)
  })

  test('with another value says nothing, and the log says so once', async () => {
    const rig = new MonitorRig({ monitor: { filters: { excludeNames: [/^b/] } } })
    const labelled = { labels: { 'watertight.enable': 'on' } }
    const [a, b] = [rig.add('a', labelled), rig.add('b', labelled)]
    await rig.start()
    await rig.advance(5 * 60_000)
    expect(await collectedOf(rig, [a, b])).toEqual(['a'])
    const problem = 'label watertight.enable: \\"on\\" is not allowed; allowed: true, false'
    expect(rig.complaints().toSorted()).toEqual(
      ['a', 'b'].map((name) => `A label is not a setting {"container":"${name}","problem":"${problem}"}`),
    )
    await rig.stop()
  })
})

test("watertight.format is the format of the container's own file, also after a restart", async () => {
  const rig = new MonitorRig({ format: 'raw' })
  const [json, raw] = [rig.add('json', { labels: { 'watertight.format': 'json' } }), rig.add('raw')]
  await rig.start()
  await rig.advance(1000)
  await rig.stop()
  rig.newProcess()
  await rig.start()
  await rig.advance(1000)
  expect(rig.records(json).map((record) => record['line'])).toEqual(rig.written(json))
  expect(rig.lines(raw)).toEqual(rig.written(raw))
  await rig.stop()
})

/** What a collector follows that runs in one of two containers. */
async function collectedBeside(
  monitor: MonitorRigOptions['monitor'],
  labels: Record<string, string> = {},
): Promise<string[]> {
  let own: string | undefined
  const rig = new MonitorRig({ monitor: { ...monitor }, ownContainer: () => own })
  const containers = [rig.add('self', { labels }), rig.add('web')]
  own = containers[0]!.id
  rig.newProcess()
  await rig.start()
  await rig.advance(1000)
  await rig.stop()
  return await collectedOf(rig, containers)
}

test("the collector's own container is not collected, unless the configuration or its label wants that", async () => {
  expect(await collectedBeside({})).toEqual(['web'])
  expect(await collectedBeside({ filters: { includeNames: [/./] } })).toEqual(['web'])
  expect(await collectedBeside({ filters: { excludeSelf: false } })).toEqual(['self', 'web'])
  expect(await collectedBeside({}, ENABLED)).toEqual(['self', 'web'])
})
