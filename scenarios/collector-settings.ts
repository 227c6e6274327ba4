import { stringify } from 'yaml'
import { compressedDurations } from './compression.ts'
import type { SubjectPlace, SubjectSettings } from './subjects/subject.ts'

/** Where the reference collector listens, besides the place that every subject is given. */
export interface CollectorPlace extends SubjectPlace {
  readonly metricsListen: string
  readonly apiListen: string
}

/** The reference collector's configuration for a phase, as YAML: the same on the virtual and on a real engine. */
export function collectorYaml(place: CollectorPlace, settings: SubjectSettings): string {
  const durations = compressedDurations(settings.compress)
  return stringify({
    state_dir: place.stateDir,
    container_monitor: {
      socket_path: place.dockerHost,
      health_check_delay: milliseconds(durations.healthCheckDelay),
      reconnect_interval: milliseconds(durations.reconnectInterval),
      heartbeat_interval: milliseconds(durations.heartbeat),
      read_timeout: milliseconds(durations.readTimeout),
      slot_turn: milliseconds(durations.slotTurn),
      filters: { include_labels: [place.label] },
      stream_rotation: {
        interval: milliseconds(durations.rotationInterval),
        max_concurrent_streams: settings.slots,
      },
    },
    ...(settings.isOperated === true ? operatedSections(place) : {}),
    sinks: {
      local_file: { directory: place.outDir, ...filesWithin(settings.descriptorLimit) },
      ...(settings.ships === true
        ? { loki: { enabled: true, url: `${place.sinkUrl}/loki/api/v1/push` } }
        : {}),
    },
    metrics: { listen: place.metricsListen },
    api: { listen: place.apiListen },
  })
}

/** What an operator uses of it. */
function operatedSections(place: SubjectPlace): object {
  return { push: { enabled: true }, file_monitor: { enabled: true, paths: [tailedFile(place)] } }
}

/** A quarter of the descriptors it may have is for files of its output. */
function filesWithin(descriptorLimit: number | undefined): object {
  return descriptorLimit === undefined ? {} : { max_open_files: Math.floor(descriptorLimit / 4) }
}

/** The log in a file that an operated collector reads. */
export function tailedFile({ tailDir }: Pick<SubjectPlace, 'tailDir'>): string {
  return `${tailDir}/app.log`
}

function milliseconds(ms: number): string {
  return `${ms}ms`
}
