import type { z } from 'zod'
import * as registry from '../sinks/registry.ts'
import { anomaly } from './sections/anomaly.ts'
import { api } from './sections/api.ts'
import { containerMonitor } from './sections/container-monitor.ts'
import { dispatcher } from './sections/dispatcher.ts'
import { fileMonitor } from './sections/file-monitor.ts'
import { listener } from './sections/listener.ts'
import { push } from './sections/push.ts'
import { section } from './section.ts'
import { oneOf, text } from './values.ts'

export type { AnomalyConfig } from './sections/anomaly.ts'
export type { ApiConfig } from './sections/api.ts'
export type * from './sections/container-filters.ts'
export type * from './sections/container-monitor.ts'
export type * from './sections/dispatcher.ts'
export type * from './sections/file-monitor.ts'
export type * from './sections/listener.ts'
export type * from './sections/push.ts'
export type * from './sections/record-settings.ts'
export type * from './sections/tls.ts'

/** A section for each kind of sink. */
export type SinksConfig = {
  readonly [Key in keyof typeof registry]: z.output<(typeof registry)[Key]['schema']>
}

/** As the registry lists them. */
const kinds = Object.entries(registry)

const sinks = section(Object.fromEntries(kinds.map(([, { name, schema }]) => [name, schema as z.ZodType])))
  .transform((values) => {
    const byKey = Object.fromEntries(kinds.map(([key, { name }]) => [key, values[name]]))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each is what the schema of its kind made
    return byKey as SinksConfig
  })
  .describe('where lines go; one that is enabled gets all of them, unless a label says otherwise')

/**
 * Every key of the configuration, with type, limits, default and what it is for: the only place where any of it is written. The type of a configuration,
 * the JSON Schema, the reference page and the example follow from it. Every key is optional, and a section may be empty.
 */
export const configSchema = section({
  stateDir: text
    .default('./data/state')
    .describe('positions, lock, spool and dead letters; one collector per directory')
    .meta({ needsRestart: true }),
  logLevel: oneOf(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe("what the collector's own log says, on standard error"),
  containerMonitor,
  fileMonitor,
  push: push.meta({ needsRestart: true }),
  dispatcher,
  sinks,
  metrics: listener('127.0.0.1:8001').describe('GET /metrics').meta({ needsRestart: true }),
  api: api
    .describe('health, status, starting and stopping of monitors: see openapi.json')
    .meta({ needsRestart: true }),
  anomaly: anomaly.meta({ needsRestart: true }),
})

/**
 * The collector's configuration, complete and checked. `parseConfig` makes it from YAML, `completeConfig` from a part of it.
 * Durations are milliseconds, sizes bytes; null stands for what is not set.
 */
export interface CollectorConfig extends Readonly<z.output<typeof configSchema>> {}
