import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { CollectorConfig } from '../../reference/config/config.ts'
import { parseConfig } from '../../reference/config/parse-config.ts'
import { createCollector, type Collector } from '../../reference/main.ts'
import { World } from '../../simulators/index.ts'
import { parseExposition, type MetricSample } from '../probes/prometheus.ts'
import type { ProcessRecording } from './process-recording.ts'
import { RecordedSeries } from './recorded-series.ts'
import type { People, Recording } from './recording.ts'

/**
 * Runs the collector in virtual time and scrapes it every minute.
 * @param metrics names of those that are kept
 */
export async function record(recording: Recording, metrics: ReadonlySet<string>): Promise<RecordedSeries> {
  const { descriptorLimit } = recording
  const world = new World({
    seed: 1,
    recordLocations: false,
    ...(descriptorLimit && { fileSystem: { descriptorLimit } }),
  })
  const file = new ConfigFile(recording)
  const config = file.read()
  const collector = createCollector(config, world.ports(), { readConfig: async () => file.read() })
  const people = peopleAround(world, { collector, config, file })
  const startedAt = world.clock.now() / 1000
  const real = recording.process === undefined ? null : await readProcess(recording.process)
  recording.prepare(world)
  await world.run(() => collector.start())
  const series = new RecordedSeries()
  for (let minute = 0; minute <= recording.minutes; minute++) {
    // oxlint-disable no-await-in-loop -- time passes in one place only
    if (minute > 0) recording.atMinute?.(world, minute, people)
    const { body } = await world.run(() => world.http.request(config.metrics, 'GET', '/metrics'))
    const samples = parseExposition(body).filter(({ name }) => metrics.has(name))
    series.add(withProcess(samples, real, minute).map((sample) => sinceStart(sample, startedAt)))
    await world.advance(MINUTE_MS)
    // oxlint-enable no-await-in-loop
  }
  await world.run(() => collector.stop())
  return series
}

/** The configuration of a recording, as its operator changes it. */
class ConfigFile {
  readonly #recording: Recording
  /** Below what the recording says. */
  more = ''

  constructor(recording: Recording) {
    this.#recording = recording
  }

  /** @throws UsageError when it cannot be used */
  read(): CollectorConfig {
    const text = `${yamlOf(this.#recording)}\n${this.more}\n`
    return parseConfig(text, { file: this.#recording.name, env: {} })
  }
}

function yamlOf({ anomaly = false, push = false, slots = 50 }: Recording): string {
  return [
    'state_dir: /state',
    `container_monitor: { stream_rotation: { max_concurrent_streams: ${slots} } }`,
    'sinks: { local_file: { directory: /logs } }',
    `anomaly: { enabled: ${anomaly} }`,
    `push: { enabled: ${push} }`,
  ].join('\n')
}

function peopleAround(
  world: World,
  { collector, config, file }: { collector: Collector; config: CollectorConfig; file: ConfigFile },
): People {
  const line = { message: 'a line', file: 'job.log' }
  return {
    reload(more) {
      file.more = more
      void collector.reload()
    },
    push: () => void world.http.request(config.api, 'POST', '/api/logs', line),
  }
}

/** promtool's time begins at the epoch: so do moments. */
function sinceStart(sample: MetricSample, startedAt: number): MetricSample {
  return sample.name.endsWith('_timestamp') ? { ...sample, value: sample.value - startedAt } : sample
}

/** What a real process said takes the place of what the world says. */
function withProcess(samples: MetricSample[], real: ProcessRecording | null, minute: number): MetricSample[] {
  if (real === null) return samples
  const said = Object.entries(real.samples).flatMap(([name, values]) => {
    const value = values[minute] ?? null
    return value === null ? [] : [{ name, labels: {}, value }]
  })
  return [...samples.filter(({ name }) => !(name in real.samples)), ...said]
}

async function readProcess(file: string): Promise<ProcessRecording> {
  return JSON.parse(await readFile(path.join(import.meta.dirname, 'recorded', file), 'utf8'))
}

const MINUTE_MS = 60_000
