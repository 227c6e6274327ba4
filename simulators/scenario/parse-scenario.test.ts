import { describe, expect, test } from 'vitest'
import { DOCKER_20_10 } from '../engine/personality.ts'
import { ENGINE_FAULTS, WORLD_FAULTS } from './playable-faults.ts'
import { parseScenario } from './parse-scenario.ts'
import { scenarioJsonSchema } from './scenario-schema.ts'

describe('a scenario file', () => {
  test('has containers with behaviour and a time line', () => {
    const scenario = parseScenario(
      `
engine: '20.10'
containers:
  - {name: web, tty: true, max_size: 1MiB, max_files: 3, behaviour: {kind: chatty, every: 100ms}}
timeline:
  - {at: 2s, do: reset, container: web}
  - {at: 0s, do: rename, container: web, to: site}
  - {at: 3s, do: stop, container: site}
`,
      'a.yaml',
      ENGINE_FAULTS,
    )
    expect(scenario.personality).toBe(DOCKER_20_10)
    expect(scenario.containers).toMatchObject([
      {
        name: 'web',
        tty: true,
        logRotation: { maxSizeBytes: 2 ** 20, maxFiles: 3 },
        behaviour: { kind: 'chatty', everyMs: 100, jitter: 0, stream: 'stdout' },
      },
    ])
    expect(scenario.timeline.map(({ atMs, fault, container }) => [atMs, fault.name, container])).toEqual([
      [2000, 'reset', 'web'],
      [0, 'rename', 'web'],
      [3000, 'stop', 'site'],
    ])
  })

  test('has containers of short lives that are removed at their end', () => {
    const { containers } = parseScenario(
      'containers: [{name: job, auto_remove: true, starts_after: 150ms, lasts: 20ms, lines_at_exit: 3}]',
      'a.yaml',
      ENGINE_FAULTS,
    )
    expect(containers).toMatchObject([
      { name: 'job', autoRemove: true, startsAfterMs: 150, lastsMs: 20, atExit: { lines: 3 } },
    ])
  })

  test.each([
    ['a key of the file', 'containes: []', 'a.yaml:1: unknown key containes; did you mean containers?'],
    [
      'a key of a container',
      'containers:\n  - name: web\n    beaviour: {}',
      'a.yaml:3: unknown key containers.0.beaviour; did you mean behaviour?',
    ],
    [
      'a key of a behaviour',
      'containers:\n  - name: web\n    behaviour: {kind: chatty, every: 1s, zzzzzzzzzz: 1}',
      'a.yaml:3: unknown key containers.0.behaviour.zzzzzzzzzz; allowed: kind, every, jitter, stream',
    ],
    [
      'a key of a step',
      'containers: [{name: web}]\ntimeline:\n  - {at: 1s, do: kill, container: web}\n  - {at: 1s, do: kill, contaner: web, container: web}',
      'a.yaml:4: unknown key timeline.1.contaner; did you mean container?',
    ],
    [
      'a kind of behaviour',
      'containers: [{name: web, behaviour: {kind: chaty}}]',
      'a.yaml:1: containers.0.behaviour.kind: "chaty" is not allowed; did you mean chatty? allowed: silent, chatty, bursty',
    ],
    [
      'a duration',
      'containers:\n  - name: web\n    behaviour: {kind: chatty, every: 5}',
      'a.yaml:3: containers.0.behaviour.every: 5 is not allowed; allowed: a duration such as 100ms, 30s, 5m or 1h',
    ],
    [
      'a container that is not there',
      'containers: [{name: web}]\ntimeline:\n  - {at: 1s, do: kill, container: wep}',
      'a.yaml:3: timeline.0.container: "wep" is not allowed; allowed: web',
    ],
    [
      'a key that is needed',
      'containers: [{image: web}]',
      'a.yaml:1: containers.0.name is missing; allowed: a text',
    ],
    [
      'a name given twice',
      'containers:\n  - {name: web}\n  - {name: web}',
      'a.yaml:3: containers.1.name: web is there already',
    ],
  ])('%s that is wrong is named with its line and what is allowed', (_, text, message) => {
    expect(() => parseScenario(text, 'a.yaml', ENGINE_FAULTS)).toThrow(expect.objectContaining({ message }))
  })

  test('containers that are there without it may be named, and not given again', () => {
    const step = 'timeline: [{at: 1s, do: kill, container: there}]'
    expect(parseScenario(step, 'a.yaml', ENGINE_FAULTS, ['there']).timeline).toHaveLength(1)
    const again = 'containers: [{name: web}, {name: there}]'
    expect(() => parseScenario(again, 'a.yaml', ENGINE_FAULTS, ['there'])).toThrow(
      'a.yaml:1: containers.1.name: there is there already',
    )
  })

  test('a fault of what a daemon does not have is answered with what it is of', () => {
    const scenario = 'timeline: [{at: 1s, do: no-space}]'
    expect(() => parseScenario(scenario, 'a.yaml', ENGINE_FAULTS)).toThrow(
      /^a.yaml:1: timeline.0.do: "no-space" is not allowed; allowed: .*; no-space is a fault of the file system, which is not simulated here$/,
    )
    expect(parseScenario(scenario, 'a.yaml', WORLD_FAULTS).timeline).toMatchObject([{ atMs: 1000 }])
  })

  test.each([
    [
      'latency, container: web, delay: 2s, jitter: 2h',
      'timeline.0.jitter: "2h" is not allowed; allowed: a duration from 0ms to 1h',
    ],
    [
      'bandwidth, bytes_per_second: 0',
      'timeline.0.bytes_per_second: 0 is not allowed; allowed: a whole number from 1 to 1073741824',
    ],
    [
      'bandwidth, bytes_per_secnd: 5',
      'unknown key timeline.0.bytes_per_secnd; did you mean bytes_per_second?',
    ],
    ['reset, for: 5s', 'unknown key timeline.0.for; allowed: at, do, container, streams, follow'],
    ['slow-drip', 'timeline.0.every is missing; allowed: a duration from 1ms to 1h'],
    [
      'reset, streams: al',
      'timeline.0.streams: "al" is not allowed; did you mean all? allowed: open, next, all',
    ],
  ])('a parameter of a fault that is wrong is named: %s', (step, message) => {
    const scenario = `containers: [{name: web}]\ntimeline:\n  - {at: 1s, do: ${step}}`
    expect(() => parseScenario(scenario, 'a.yaml', ENGINE_FAULTS)).toThrow(`a.yaml:3: ${message}`)
  })

  test('its JSON Schema has every fault with its sentence, and what each key allows', () => {
    const schema = JSON.stringify(scenarioJsonSchema(ENGINE_FAULTS))
    for (const { name, description } of ENGINE_FAULTS) {
      expect(schema).toContain(`"const":"${name}"`)
      expect(schema).toContain(JSON.stringify(description))
    }
    expect(schema).toContain('"description":"a whole number from 1 to 1073741824"')
    expect(schema).toContain('"delay":{"description":"a duration from 1ms to 1h"')
  })

  test('a fault that there is not is answered with the list of those there are', () => {
    expect(() =>
      parseScenario('timeline: [{at: 1s, do: rest, container: web}]', 'a.yaml', ENGINE_FAULTS),
    ).toThrow(
      /^a.yaml:1: timeline.0.do: "rest" is not allowed; did you mean reset\? allowed: bandwidth, blocked, .*, hung-open, .*, write$/,
    )
  })
})
