import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../usage-error.ts'
import type { CollectorConfig } from './config.ts'
import { parseConfig } from './parse-config.ts'

function parse(text: string, env: Record<string, string> = {}): CollectorConfig {
  return parseConfig(text, { file: 'collector.yaml', env })
}

function errorOf(text: string, env: Record<string, string> = {}): string {
  try {
    parse(text, env)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return error instanceof Error ? error.message : ''
  }
  return 'no error'
}

describe('a variable in a value', () => {
  test('stands for what it holds, alone, within a text, in a list and more than once', () => {
    const env = { ROOT: '/srv', NAME: 'web' }
    expect(parse('state_dir: ${ROOT}/${NAME}/${NAME}', env).stateDir).toBe('/srv/web/web')
    const { includeLabels } = parse('container_monitor: {filters: {include_labels: ["a=${NAME}", b]}}', env)
      .containerMonitor.filters
    expect(includeLabels).toEqual(['a=web', 'b'])
    expect(parse('sinks: {loki: {static_labels: {job: "${NAME}"}}}', env).sinks.loki.staticLabels).toEqual({
      job: 'web',
    })
  })

  test.each([
    ['dispatcher: {workers: "${X}"}', '7', { dispatcher: { workers: 7 } }],
    ['metrics: {enabled: "${X}"}', 'false', { metrics: { enabled: false } }],
    ['container_monitor: {read_timeout: "${X}"}', '90s', { containerMonitor: { readTimeoutMs: 90_000 } }],
    ['container_monitor: {read_timeout: "${X}s"}', '90', { containerMonitor: { readTimeoutMs: 90_000 } }],
    ['dispatcher: {queue_bytes_max: "${X}"}', '2MiB', { dispatcher: { queueBytesMax: 2_097_152 } }],
    ['sinks: {loki: {tenant: "${X}"}}', '007', { sinks: { loki: { tenant: '007' } } }],
    ['sinks: {loki: {tenant: "${X}"}}', 'true', { sinks: { loki: { tenant: 'true' } } }],
    ['sinks: {loki: {tenant: "${X:-}"}}', '', { sinks: { loki: { tenant: null } } }],
    [
      'sinks: {local_file: {rotate: {max_size: "${X}"}}}',
      'null',
      { sinks: { localFile: { rotate: { maxSize: null } } } },
    ],
  ])('%s with %s is read as what the key asks for', (text, value, expected) => {
    expect(parse(text, { X: value })).toMatchObject(expected)
  })

  test('may have another text for when it is unset or empty', () => {
    const text = 'state_dir: ${WHERE:-/var/lib/w}/state'
    expect(parse(text).stateDir).toBe('/var/lib/w/state')
    expect(parse(text, { WHERE: '' }).stateDir).toBe('/var/lib/w/state')
    expect(parse(text, { WHERE: '/x' }).stateDir).toBe('/x/state')
  })

  test('a dollar sign is written twice where a brace follows, and else once or twice', () => {
    expect(parse('state_dir: $${HOME}/$$/$x$', { HOME: '/h' }).stateDir).toBe('${HOME}/$/$x$')
  })

  test.each([
    [
      'one that is not set',
      'state_dir: a\nlog_level: ${LEVEL}',
      'collector.yaml:2: log_level: the environment variable LEVEL is not set; set it, or write ${LEVEL:-default}',
    ],
    [
      'one with a number for a name',
      'state_dir: ${1}',
      'collector.yaml:1: state_dir: ${ begins no variable; allowed: ${NAME}, ${NAME:-default}, and $$ for a dollar sign',
    ],
    [
      'one that does not end',
      'state_dir: ${A',
      'collector.yaml:1: state_dir: ${ begins no variable; allowed: ${NAME}, ${NAME:-default}, and $$ for a dollar sign',
    ],
  ])('%s is refused with the line', (_, text, message) => {
    expect(errorOf(text)).toBe(message)
  })

  test('that holds nothing of use is refused as if the file said it', () => {
    expect(errorOf('dispatcher:\n  workers: ${N}', { N: '99' })).toBe(
      'collector.yaml:2: dispatcher.workers: 99 is not allowed; allowed: a whole number from 1 to 64',
    )
    expect(errorOf('log_level: ${L}', { L: 'wran' })).toContain('"wran" is not allowed; did you mean warn?')
  })

  test('is not looked for in keys', () => {
    expect(errorOf('${K}: 1', { K: 'state_dir' })).toMatch(/^collector.yaml:1: unknown key \$\{K\}/)
  })

  test('never adds keys, whatever it holds, and is not looked at again', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ minLength: 1 }),
          fc.constantFrom('a\nlog_level: debug', '{a: b}', '*x', '!!js x', '${HOME}', '$$'),
        ),
        (value) => {
          expect(parse('state_dir: ${X}', { X: value })).toEqual({ ...parse(''), stateDir: value })
          expect(
            parse('sinks: {local_file: {directory: "${X:-usual}"}}', { X: value }).sinks.localFile.directory,
          ).toBe(value)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('a secret that is refused is not repeated', () => {
    const message = errorOf('sinks: {loki: {headers: {Authorization: "${TOKEN}"}}}', {
      TOKEN: 'Bearer sésame',
    })
    expect(message).toContain(
      'sinks.loki.headers.Authorization: what it says is not allowed; allowed: names of headers',
    )
    expect(message).not.toContain('sésame')
    expect(errorOf('sinks: {loki: {bearer_token: [sesame]}}')).toMatch(
      /bearer_token: what it says is not allowed; allowed: a text$/,
    )
  })
})
