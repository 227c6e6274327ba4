import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../usage-error.ts'
import { completeConfig } from './complete-config.ts'
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

const EXAMPLE = readFileSync(new URL('../operations/collector.yaml', import.meta.url), 'utf8')

describe('what is allowed', () => {
  test('every key is optional, and the defaults are those of the documented example', () => {
    expect(parse('')).toEqual(parse(EXAMPLE))
    expect(parse('container_monitor:\nsinks:\n  local_file:\n')).toEqual(parse(''))
  })

  test('durations are milliseconds and sizes bytes, in any unit', () => {
    const config = parse(`
container_monitor:
  read_timeout: 83.5ms
  open_timeout: 2m
  health_check_delay: 1h
  max_line_bytes: 16KiB
  stream_rotation: {pause_between_rotations: 0s}
dispatcher: {queue_bytes_max: 1.5MiB}
`)
    expect(config.containerMonitor).toMatchObject({
      readTimeoutMs: 83.5,
      openTimeoutMs: 120_000,
      healthCheckDelayMs: 3_600_000,
      maxLineBytes: 16_384,
      streamRotation: { pauseBetweenRotationsMs: 0 },
    })
    expect(config.dispatcher.queueBytesMax).toBe(1_572_864)
  })

  test('DOCKER_HOST is the default of socket_path, which goes before it', () => {
    const env = { DOCKER_HOST: 'tcp://10.0.0.1:2375' }
    expect(parse('', env).containerMonitor.socketPath).toBe('tcp://10.0.0.1:2375')
    const named = parse('container_monitor: {socket_path: "unix:///run/d.sock"}', env)
    expect(named.containerMonitor.socketPath).toBe('unix:///run/d.sock')
    expect(parse('', { DOCKER_HOST: '' }).containerMonitor.socketPath).toBe('unix:///var/run/docker.sock')
  })

  test('names are regular expressions', () => {
    const { filters } = parse('container_monitor: {filters: {include_names: ["^web-"]}}').containerMonitor
    expect(filters.includeNames.map((pattern) => pattern.test('web-1'))).toEqual([true])
  })

  test('lines are joined, limited and begun with as it says', () => {
    const { from, multiline, rateLimit } = parse(
      'container_monitor: {from: 24h, multiline: {start: "^\\\\d", timeout: 2s}, rate_limit: {bytes_per_second: 1MiB, when_exceeded: drop}}',
    ).containerMonitor
    expect(from).toBe(86_400_000)
    expect(multiline).toMatchObject({ start: /^\d/, continues: null, preset: null, timeoutMs: 2000 })
    expect(rateLimit).toEqual({
      linesPerSecond: null,
      bytesPerSecond: 1_048_576,
      burstMs: 5000,
      whenExceeded: 'drop',
    })
    expect(parse('container_monitor: {from: now}').containerMonitor.from).toBe('now')
  })

  test('metadata is chosen by field and by key of a label', () => {
    const { metadata } = parse(
      'container_monitor: {metadata: {fields: [image, host], labels: [tier, "com.example.*"], host: rack-4}}',
    ).containerMonitor
    expect(metadata).toEqual({
      fields: ['image', 'host'],
      labels: ['tier', 'com.example.*'],
      host: 'rack-4',
    })
    expect(parse('container_monitor: {metadata: {labels: ["*"]}}').containerMonitor.metadata.labels).toEqual([
      '*',
    ])
  })

  test('an IPv6 address stands in brackets', () => {
    expect(parse('api: {listen: "[::1]:0"}').api).toMatchObject({
      enabled: true,
      host: '::1',
      port: 0,
      token: null,
    })
  })
})

/** Lists that each hold the one before it twelve times. */
const MULTIPLYING = ['a: &a [x]', 'b: &b [*a]', 'c: &c [*b]', 'd: &d [*c]', 'e: [*d]']
  .map((line) => line.replace(/\*\w/, (alias) => Array(12).fill(alias).join(', ')))
  .join('\n')

describe('what is not allowed is named with its line', () => {
  test.each([
    [
      'an unknown key, with the nearest one',
      'dispatcher:\n  workers: 4\n  queue_byte_max: 1MiB',
      'collector.yaml:3: unknown key dispatcher.queue_byte_max; did you mean queue_bytes_max?',
    ],
    [
      'an unknown section, with those there are',
      'frobnicate: 1',
      'collector.yaml:1: unknown key frobnicate; allowed: state_dir, log_level, container_monitor, file_monitor, push, dispatcher, sinks, metrics, api, anomaly',
    ],
    [
      'a key that is no text',
      'sinks:\n  ? {loki: 1}\n  : 2',
      'collector.yaml:2: a key is a text, and not a mapping, a list or an alias',
    ],
    [
      'a key with characters that a terminal would obey',
      'sinks:\n  "a\\n\\e[2J\\u2028": 1',
      'collector.yaml:2: unknown key sinks.a\\x0a\\x1b[2J\\u2028; allowed: jetstream, local_file, loki, otlp, stdout',
    ],
    [
      'a duration without unit',
      'container_monitor:\n  read_timeout: 30',
      'collector.yaml:2: container_monitor.read_timeout: 30 is not allowed; allowed: a duration such as 100ms, 30s, 5m or 1h',
    ],
    [
      'a timeout of nothing',
      'container_monitor: {read_timeout: 0s}',
      'collector.yaml:1: container_monitor.read_timeout: "0s" is not allowed; allowed: a duration from 10ms to 1h',
    ],
    [
      'a count that is none',
      'container_monitor: {stream_rotation: {max_concurrent_streams: 1.5}}',
      'collector.yaml:1: container_monitor.stream_rotation.max_concurrent_streams: 1.5 is not allowed; allowed: a whole number from 1 to 10000',
    ],
    [
      'a word that is none of a few',
      'sinks: {local_file: {format: xml}}',
      'collector.yaml:1: sinks.local_file.format: "xml" is not allowed; allowed: raw, json',
    ],
    [
      'a regular expression that is none',
      'container_monitor: {filters: {exclude_names: ["("]}}',
      'collector.yaml:1: container_monitor.filters.exclude_names.0: "(" is not allowed; allowed: a regular expression',
    ],
    [
      'the same for lines',
      'container_monitor: {filters: {include_lines: [ok, "[z-a]"]}}',
      'collector.yaml:1: container_monitor.filters.include_lines.1: "[z-a]" is not allowed; allowed: a regular expression',
    ],
    [
      'a field that is none of those there are, with the nearest one',
      'container_monitor: {metadata: {fields: [imagee]}}',
      'collector.yaml:1: container_monitor.metadata.fields.0: "imagee" is not allowed; did you mean image? allowed: image, compose_project, compose_service, host',
    ],
    [
      'a pattern for labels that begins otherwise',
      'container_monitor: {metadata: {labels: ["*.tier"]}}',
      'collector.yaml:1: container_monitor.metadata.labels.0: "*.tier" is not allowed; allowed: the key of a label, the beginning of one with a * behind it, or * for all',
    ],
    [
      'a preset for several lines that is none',
      'container_monitor: {multiline: {preset: jawa}}',
      'collector.yaml:1: container_monitor.multiline.preset: "jawa" is not allowed; did you mean java? allowed: indented, java, python, go',
    ],
    [
      'a preset beside patterns',
      'container_monitor: {multiline: {preset: java, start: "^x"}}',
      'collector.yaml:1: container_monitor.multiline.preset: stands for patterns of its own; leave out start and continue',
    ],
    [
      'a record of several lines that is larger than the queue',
      'container_monitor: {max_line_bytes: 1MiB, multiline: {max_bytes: 2MiB}}\ndispatcher: {queue_bytes_max: 1MiB}',
      'collector.yaml:1: container_monitor.multiline.max_bytes: must not be more than dispatcher.queue_bytes_max, or such a record never fits',
    ],
    [
      'two rates',
      'container_monitor: {rate_limit: {lines_per_second: 5, bytes_per_second: 1KiB}}',
      'collector.yaml:1: container_monitor.rate_limit.bytes_per_second: lines_per_second is set too; leave one of them out',
    ],
    [
      'a beginning that is none',
      'container_monitor: {from: yesterday}',
      'collector.yaml:1: container_monitor.from: "yesterday" is not allowed; allowed: start, now or a duration from 1s to 10000h',
    ],
    [
      'an engine that cannot be reached this way',
      'container_monitor: {socket_path: "ssh://host"}',
      'collector.yaml:1: container_monitor.socket_path: "ssh://host" is not allowed; allowed: unix:///path/to/socket or tcp://host:port',
    ],
    [
      'a port out of range',
      'api: {listen: "127.0.0.1:70000"}',
      'collector.yaml:1: api.listen: "127.0.0.1:70000" is not allowed; allowed: host:port such as 127.0.0.1:8001, with a port up to 65535',
    ],
    [
      'a value where a section belongs',
      'dispatcher: 3',
      'collector.yaml:1: dispatcher: 3 is not allowed; allowed: a section with keys',
    ],
    [
      'a list where the keys belong',
      '- a',
      'collector.yaml:1: the file: ["a"] is not allowed; allowed: a section with keys',
    ],
    [
      'a training without a window',
      'anomaly:\n  window: 5m\n  training_interval: 1m',
      'collector.yaml:3: anomaly.training_interval: must be from 1 to 120 times anomaly.window',
    ],
    ['more than one thing', 'a: 1\ndispatcher: {workers: 0}', /\(and 1 more\)$/],
    ['what is not YAML', 'a: [', /^Cannot read collector.yaml: .* line 1/],
    [
      'an alias of nothing',
      'state_dir: *nowhere',
      /^Cannot read collector.yaml: Unresolved alias .*nowhere$/,
    ],
    ['aliases that multiply', MULTIPLYING, /^Cannot read collector.yaml: Excessive alias count[^\n]*$/],
  ])('%s', (_, text, expected) => {
    if (typeof expected === 'string') expect(errorOf(text)).toBe(expected)
    else expect(errorOf(text)).toMatch(expected)
  })
})

test.each([
  ['config_invalid', 'x: 1', {}],
  ['config_invalid', 'file_monitor: {enabled: true}', {}],
  ['config_unreadable', 'a: [', {}],
  ['environment_invalid', '', { DOCKER_HOST: 'ssh://host' }],
])('a program is told by code %s', (code, text, env) => {
  expect(() => parse(text, env)).toThrow(expect.objectContaining({ code }))
})

test('a relative path of files is not allowed', () => {
  expect(errorOf('file_monitor: {paths: [logs/*.log]}')).toContain(
    'allowed: an absolute path or glob such as /var/log/**/*.log',
  )
})

describe('a number beyond what is sensible is named with its limits', () => {
  test.each([
    ['dispatcher: {checkpoint_interval: 0.001ms}', 'a duration from 10ms to 5m'],
    ['dispatcher: {workers: 1000000000}', 'a whole number from 1 to 64'],
    ['dispatcher: {queue_bytes_max: 1B}', 'a size from 1MiB to 64GiB'],
    ['container_monitor: {max_line_bytes: 1B}', 'a size from 1KiB to 256MiB'],
    ['container_monitor: {max_concurrent: 100000}', 'a whole number from 1 to 1000'],
    ['container_monitor: {poll_interval: 0.0001ms}', 'a duration from 10ms to 1h'],
    ['container_monitor: {heartbeat_interval: 0.01ms}', 'a duration from 10ms to 1h'],
    ['container_monitor: {resync_interval: 1ms}', 'a duration from 100ms to 1h'],
    ['container_monitor: {health_check_delay: 99999999999999999h}', 'a duration from 10ms to 1h'],
    ['container_monitor: {stream_rotation: {interval: 0.01ms}}', 'a duration from 100ms to 24h'],
    ['container_monitor: {stream_rotation: {pause_between_rotations: 1h}}', 'a duration from 0ms to 1m'],
    ['sinks: {local_file: {max_open_files: 1000000}}', 'a whole number from 1 to 100000'],
    ['sinks: {loki: {url: "ftp://loki"}}', 'an http:// or https:// URL without a user in it'],
    ['sinks: {loki: {url: "http://u:p@loki"}}', 'an http:// or https:// URL without a user in it'],
    ['sinks: {loki: {labels: [label.*]}}', 'container_name, container_id, stream, image, .*'],
    [
      'sinks: {loki: {static_labels: {1a: x}}}',
      'names of letters, digits and _ that do not begin with a digit or .*',
    ],
    ['sinks: {loki: {headers: {"a b": x}}}', 'names of headers with a text each, .*'],
  ])('%s', (text, allowed) => {
    expect(errorOf(text)).toMatch(new RegExp(`is not allowed; allowed: ${allowed}$`))
  })

  test('and no number is without limits', () => {
    const unlimited = EXAMPLE.split('\n').filter((line) => /^\s*\w+: \d\w*( #.*)?$/.test(line))
    expect(unlimited.length).toBeGreaterThan(15)
    for (const line of unlimited) {
      const [, key = ''] = /(\w+):/.exec(line) ?? []
      const huge = / \d+( #.*)?$/.test(line)
        ? '9'.repeat(15)
        : `${'9'.repeat(15)}${/[A-Z]/.test(line) ? 'GiB' : 'h'}`
      expect(errorOf(EXAMPLE.replace(line, line.replace(/: \d\w*/, `: ${huge}`))), key).toContain(
        'is not allowed',
      )
    }
  })
})

function withTls(keys: string): string {
  return `container_monitor: {socket_path: "tcp://engine", tls: ${keys}}`
}

function tlsOf(text: string, env: Record<string, string> = {}): unknown {
  return parse(text, env).containerMonitor.tls
}

describe('the environment', () => {
  test.each([
    'ssh://me@host',
    'npipe:////./pipe/docker_engine',
    'unix://relative.sock',
    ' unix:///run/d.sock',
  ])('DOCKER_HOST=%s is named, unless the file says where the engine is', (host) => {
    expect(errorOf('', { DOCKER_HOST: host })).toBe(
      `DOCKER_HOST: "${host}" is not allowed; allowed: unix:///path/to/socket or tcp://host:port (container_monitor.socket_path goes before it)`,
    )
    expect(errorOf('container_monitor: {socket_path: "unix:///d.sock"}', { DOCKER_HOST: host })).toBe(
      'no error',
    )
  })

  test.each([
    [
      { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/c' },
      { verify: true, ca: '/c/ca.pem', cert: '/c/cert.pem', key: '/c/key.pem' },
    ],
    [
      { DOCKER_TLS_VERIFY: '0', HOME: '/h' },
      { verify: true, ca: '/h/.docker/ca.pem', cert: '/h/.docker/cert.pem', key: '/h/.docker/key.pem' },
    ],
    [{ DOCKER_CERT_PATH: '/c' }, { verify: false, ca: null, cert: '/c/cert.pem', key: '/c/key.pem' }],
    [
      { DOCKER_TLS: '1', HOME: '/h' },
      { verify: false, ca: null, cert: '/h/.docker/cert.pem', key: '/h/.docker/key.pem' },
    ],
    [{ DOCKER_TLS_VERIFY: '', DOCKER_CERT_PATH: '' }, null],
  ])('%o asks for TLS as with the docker command', (env, expected) => {
    expect(tlsOf(withTls('{}'), env)).toEqual(expected)
    expect(tlsOf('', env)).toBe(null)
  })

  test('the file goes before it, and can switch TLS off', () => {
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/c' }
    expect(tlsOf(withTls('{ca: /a.pem}'), env)).toEqual({ verify: true, ca: '/a.pem', cert: null, key: null })
    expect(tlsOf(withTls('{verify: false}'), env)).toMatchObject({ verify: false, cert: '/c/cert.pem' })
    expect(tlsOf(withTls('{enabled: false}'), env)).toBe(null)
    expect(tlsOf(withTls('{verify: true}'))).toEqual({ verify: true, ca: null, cert: null, key: null })
    expect(tlsOf(withTls('{}'))).toBe(null)
  })
})

describe('what is impossible together is named', () => {
  test.each([
    ['no sink at all', 'sinks: {local_file: {enabled: false}}', /^collector.yaml:1: sinks: none is enabled/],
    [
      'one address for two servers',
      'api:\n  listen: 127.0.0.1:8001',
      /^collector.yaml:2: api.listen: metrics.listen is the same address, 127.0.0.1:8001/,
    ],
    ...[
      ['localhost:8001', '127.0.0.1:8001'],
      ['127.0.0.1:8001', 'LOCALHOST:8001'],
      ['0.0.0.0:8001', '127.0.0.1:8001'],
      ['"[::]:8001"', '127.0.0.1:8001'],
      ['"[::1]:8001"', '"[0:0::1]:8001"'],
    ].map(([one, other]): [string, string, RegExp] => [
      `one address under two names, ${one} and ${other}`,
      `metrics: {listen: ${one}}\napi: {listen: ${other}}`,
      /^collector.yaml:2: api.listen: metrics.listen is the same address/,
    ]),
    ...['0.0.0.0:8401', '"[::]:8401"', '10.0.0.7:8401', 'collector.example:8401'].map(
      (address): [string, string, RegExp] => [
        `an API that others can reach at ${address} without a token`,
        `api:\n  listen: ${address}`,
        /^collector.yaml:2: api.listen: others can reach .*; set api.token or api.token_file, or listen on 127.0.0.1$/,
      ],
    ),
    [
      'a token that is easily guessed',
      'api: {token: sesame}',
      /^collector.yaml:1: api.token: .*allowed: a text of 16 to 512 characters/,
    ],
    [
      'TLS to a socket',
      'container_monitor: {tls: {ca: /ca.pem}}',
      /^collector.yaml:1: container_monitor.tls: is for an engine at tcp:\/\/host:port, but container_monitor.socket_path is unix:/,
    ],
    [
      'a certificate without its key',
      'container_monitor: {socket_path: "tcp://engine", tls: {cert: /cert.pem}}',
      /^collector.yaml:1: container_monitor.tls.cert: needs container_monitor.tls.key beside it/,
    ],
    ...(
      [
        ['basic_auth: {username: u}', 'basic_auth: needs username, and password or password_file'],
        [
          'bearer_token: t, basic_auth: {username: u, password: p}',
          'basic_auth: cannot go with bearer_token; set one of them',
        ],
        [
          'tls: {ca: /ca.pem}',
          'tls: is for a URL that begins with https://, but url is http://127.0.0.1:3100/',
        ],
        ['url: "https://loki", tls: {cert: /c.pem}', 'tls: needs cert and key together'],
        [
          'labels: [stream, host]',
          'labels: needs container_name or container_id: in one stream Loki takes the same line of two containers',
        ],
        [
          'labels: [container_name, image]',
          'labels: image is not collected; container_monitor.metadata needs fields: [image]',
        ],
        [
          'structured_metadata: [label.a.b]',
          'structured_metadata: label.a.b is not collected; container_monitor.metadata needs labels: [a.b]',
        ],
        [
          'labels: [container_name], static_labels: {container_name: x}',
          'labels: two labels would be named container_name',
        ],
        [
          `labels: [container_name, ${Array.from({ length: 15 }, (_, n) => `label.l${n}`).join(', ')}]`,
          'labels: 16 with static_labels are too many; Loki takes 15',
        ],
        ['structured_metadata: [stream]', 'structured_metadata: stream can only be one of labels'],
      ] as const
    ).map(([keys, problem]): [string, string, RegExp] => [
      `a sink with ${keys.slice(0, 60)}`,
      `sinks: {loki: {enabled: true, ${keys}}}`,
      new RegExp(`^collector.yaml:1: sinks.loki.${problem.replaceAll(/[.[\]]/g, '\\$&')}`),
    ]),
    [
      'a file monitor without files',
      'file_monitor: {enabled: true}',
      /^collector.yaml:1: file_monitor.paths: names no file, but file_monitor.enabled is true; give a path or glob$/,
    ],
    [
      'a line of a file that never fits into the queue',
      'file_monitor: {max_line_bytes: 2MiB}\ndispatcher: {queue_bytes_max: 1MiB}',
      /^collector.yaml:2: dispatcher.queue_bytes_max: must not be less than file_monitor.max_line_bytes/,
    ],
    [
      'a line that never fits into the queue',
      'container_monitor: {max_line_bytes: 2MiB}\ndispatcher: {queue_bytes_max: 1MiB}',
      /^collector.yaml:2: dispatcher.queue_bytes_max: must not be less than container_monitor.max_line_bytes/,
    ],
  ])('%s', (_, text, expected) => {
    expect(errorOf(text)).toMatch(expected)
  })

  test.each([
    ['127.0.0.1:8001', '127.0.0.2:8001'],
    ['127.0.0.1:8001', '[::1]:8001'],
    ['0.0.0.0:8001', '[::1]:8001'],
    ['localhost:8001', '127.0.0.1:8002'],
  ])('but not %s and %s, which differ', (one, other) => {
    expect(errorOf(`metrics: {listen: "${one}"}\napi: {listen: "${other}"}`)).toBe('no error')
  })

  test.each([
    'listen: 0.0.0.0:8401, token: open-sesame-0123456789',
    'listen: 0.0.0.0:8401, token_file: /run/token',
    'listen: "0.0.0.0:8401", enabled: false',
    'listen: 127.1.2.3:8401',
    'listen: "[::1]:8401"',
    'listen: localhost:8401',
  ])('but not an API with %s', (keys) => {
    expect(errorOf(`api: {${keys}}`)).toBe('no error')
  })

  test('but not what is switched off', () => {
    expect(errorOf('api: {enabled: false, listen: "127.0.0.1:8001"}')).toBe('no error')
    expect(errorOf('container_monitor: {enabled: false}\nsinks: {local_file: {enabled: false}}')).toBe(
      'no error',
    )
  })
})

test('a part of a configuration is completed with the defaults, at every depth', () => {
  const config = completeConfig({
    stateDir: '/s',
    containerMonitor: {
      slotTurnMs: 1,
      streamRotation: { intervalMs: 10 },
      filters: { includeLabels: ['a'] },
    },
    sinks: { stdout: { enabled: true } },
  })
  const defaults = parse('')
  expect(config).toEqual({
    ...defaults,
    stateDir: '/s',
    containerMonitor: {
      ...defaults.containerMonitor,
      slotTurnMs: 1,
      filters: { ...defaults.containerMonitor.filters, includeLabels: ['a'] },
      streamRotation: { ...defaults.containerMonitor.streamRotation, intervalMs: 10 },
    },
    sinks: { ...defaults.sinks, stdout: { enabled: true } },
  })
})
