import type { z } from 'zod'
import type { ContainerMonitorConfig } from '../config/sections/container-monitor.ts'
import type { Sink } from '../dispatch/sink.ts'
import type { TaskRegistry } from '../lifecycle/task-registry.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Ports } from '../ports/index.ts'

/** A kind of sink: all that the rest of the collector knows of it. */
export interface SinkDefinition<Config extends SinkConfig = SinkConfig> {
  /** Names it in the configuration (`sinks.<name>`), and in positions, metrics and logs: the `name` of the sink it makes. */
  readonly name: string
  /** Its section of the configuration: keys, limits, defaults and what they are for. */
  readonly schema: z.ZodType<Config>
  /** Files and connections it has open at the most, and the key that bounds them; left out by a sink that opens none. */
  descriptors?(config: Config): { readonly key: string; readonly count: number }
  /** What is wrong with the section although each value is allowed; null for nothing. Asked for sinks that are enabled. */
  contradiction?(config: Config, beside: ConfigBeside): OwnContradiction | null
  /** Opens nothing: a sink opens what it needs when it is first written to. */
  create(config: Config, context: SinkContext): Sink
}

/** What of the rest of the configuration a sink may depend on. */
export interface ConfigBeside {
  readonly containerMonitor: ContainerMonitorConfig
}

export interface OwnContradiction {
  /** Of the key to put right, within the section. */
  readonly path: readonly string[]
  /** What is to be said behind the key: `needs a password`. */
  readonly problem: string
}

/** What every sink's section has. */
export interface SinkConfig {
  readonly enabled: boolean
}

/** What a sink may use. */
export interface SinkContext extends Omit<Ports, 'engine' | 'http'> {
  readonly metrics: Metrics
  readonly tasks: TaskRegistry
}
