import { isDeepStrictEqual } from 'node:util'
import type { CollectorConfig } from '../config/config.ts'
import type { LiveConfig } from '../config/live-config.ts'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import type { Sink } from '../dispatch/sink.ts'
import type { ContainerMonitor } from '../docker/container-monitor.ts'
import type { MonitorSwitch } from '../lifecycle/monitor-switch.ts'

/** The parts of a collector that can go on by another configuration. */
export interface ReloadedParts {
  readonly live: LiveConfig
  readonly dispatcher: Dispatcher
  readonly containers: { readonly monitor: ContainerMonitor; readonly control: MonitorSwitch }
  readonly files: MonitorSwitch
  /** The sinks of a configuration: those of now that it does not change, and others. */
  readonly sinksOf: (next: CollectorConfig) => readonly Sink[]
}

/**
 * Has the parts go on by another configuration, each that it does not change as it is. First what may fail: monitors that must stop do, and sinks give way to
 * others. From then on nothing can.
 * @throws Error when that failed: then everything is as before
 */
export async function takeUp(
  next: CollectorConfig,
  { containers, dispatcher, files, live, sinksOf }: ReloadedParts,
  signal: AbortSignal,
): Promise<void> {
  const before = live.current
  const isMoved = !isDeepStrictEqual(outputOf(before), outputOf(next))
  // What is pushed is named by files in there.
  if (isMoved && before.push.enabled)
    throw new Error('sinks.local_file.directory cannot change while push is enabled: restart the collector')
  const paused = [
    ...(before.containerMonitor.enabled === next.containerMonitor.enabled ? [] : [containers.control]),
    ...(readsOtherwise(before, next) ? [files] : []),
  ]
  try {
    for (const monitor of paused) {
      // eslint-disable-next-line no-await-in-loop -- two at the most
      await monitor.pause()
      signal.throwIfAborted()
    }
    const sinks = sinksOf(next)
    if (!isSame(sinks, dispatcher.sinks)) await dispatcher.changeSinks(sinks, { signal })
    live.become(next)
    await dispatcher.reconfigure()
    containers.monitor.reconfigured()
  } finally {
    // eslint-disable-next-line no-await-in-loop -- by the one configuration or the other
    for (const monitor of paused) await monitor.resume()
  }
}

/** Whether the file monitor does: nor does it read what the file sink writes. */
function readsOtherwise(before: CollectorConfig, next: CollectorConfig): boolean {
  return !isDeepStrictEqual(filesReadBy(before), filesReadBy(next))
}

function filesReadBy(config: CollectorConfig): unknown {
  return [config.fileMonitor, outputOf(config)]
}

function outputOf({ sinks: { localFile } }: CollectorConfig): unknown {
  return [localFile.enabled, localFile.directory]
}

function isSame(some: readonly Sink[], others: readonly Sink[]): boolean {
  return some.length === others.length && some.every((sink) => others.includes(sink))
}
