import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { parseConfig } from '../../config/parse-config.ts'

const FOLDER = import.meta.dirname
const text = (name: string): string => readFileSync(path.join(FOLDER, name), 'utf8')
const Services = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      volumes: z.array(z.string()).default([]),
      read_only: z.boolean().optional(),
    }),
  ),
  volumes: z.record(z.string(), z.unknown()),
})

test.each(['collector.yaml', 'collector-with-loki.yaml'])('the image can be run with %s', (name) => {
  const { stateDir, sinks, metrics, api } = parseConfig(text(name), { file: name, env: {} })
  const dockerfile = text('Dockerfile')
  for (const directory of [stateDir, sinks.localFile.directory])
    expect(dockerfile).toContain(` /empty ${directory}\n`)
  expect(dockerfile).toContain(`EXPOSE ${metrics.port}\n`)
  expect(dockerfile).toContain(`WATERTIGHT_HEALTH_URL=http://${api.host}:${api.port}/health/live`)
})

test.each(['compose.yaml', 'stack.yaml'])(
  '%s mounts files that are there and volumes that it has, and the collector is read-only',
  (name) => {
    const { services, volumes } = Services.parse(parse(text(name)))
    const sources = Object.values(services).flatMap((service) =>
      service.volumes.map((volume) => volume.split(':')[0]!),
    )
    for (const source of sources.filter((one) => !one.startsWith('${DOCKER_SOCKET'))) {
      if (source.startsWith('.'))
        expect([source, existsSync(path.join(FOLDER, source))]).toEqual([source, true])
      else expect(Object.keys(volumes)).toContain(source)
    }
    expect(services['collector']?.read_only).toBe(true)
  },
)

test('the collector that compose starts has the port that Prometheus asks', () => {
  const { metrics } = parseConfig(text('collector-with-loki.yaml'), { file: 'a', env: {} })
  expect(text('prometheus.yml')).toContain(`'collector:${metrics.port}'`)
})
