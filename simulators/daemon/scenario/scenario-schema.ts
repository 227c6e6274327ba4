import { z } from 'zod'
import { count, duration, flag, oneOf, size, text, texts } from '../../../reference/config/values.ts'
import { DOCKER_20_10, DOCKER_26 } from '../../engine/personality.ts'
import type { ContainerOptions } from '../../engine/simulated-container.ts'
import type { Behaviour } from '../../engine/workload.ts'
import type { Scenario, ScenarioStep } from './scenario.ts'
import { STEP_KINDS } from './step-kinds.ts'

/** A scenario file. The message of a failed check is the phrase behind "allowed:". */

const PERSONALITIES = { '20.10': DOCKER_20_10, '26': DOCKER_26 }

const SECTION = 'a section with keys'
const HOUR_MS = 3_600_000
const FRACTION = 'a number from 0 to 1'
const chattiness = {
  every: duration.refine((ms) => ms <= HOUR_MS, { error: 'a duration up to 1h' }),
  jitter: z.number({ error: FRACTION }).min(0, { error: FRACTION }).max(1, { error: FRACTION }).default(0),
  stream: oneOf(['stdout', 'stderr', 'both']).default('stdout'),
}

const behaviour: z.ZodType<Behaviour> = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('silent') }),
    z
      .strictObject({ kind: z.literal('chatty'), ...chattiness })
      .transform(({ every, ...rest }) => ({ ...rest, everyMs: every })),
    z
      .strictObject({ kind: z.literal('bursty'), lines: count(1), ...chattiness })
      .transform(({ every, ...rest }) => ({ ...rest, everyMs: every })),
  ],
  { error: 'silent, chatty, bursty' },
)

const container: z.ZodType<ContainerOptions> = z
  .strictObject(
    {
      name: text.regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, { error: 'a name of [a-zA-Z0-9][a-zA-Z0-9_.-]+' }),
      image: text.default('simulated:latest'),
      command: texts.default(['workload']),
      labels: z.record(z.string(), z.string(), { error: 'texts by name' }).default({}),
      tty: flag.default(false),
      started: flag.default(true),
      log_driver: oneOf(['json-file', 'local', 'none']).default('json-file'),
      max_size: size.optional(),
      max_files: count(1).default(1),
      behaviour: behaviour.default({ kind: 'silent' }),
    },
    { error: SECTION },
  )
  .transform(({ log_driver: logDriver, max_size: maxSizeBytes, max_files: maxFiles, ...rest }) => ({
    ...rest,
    logDriver,
    logRotation: { maxFiles, ...(maxSizeBytes !== undefined && { maxSizeBytes }) },
  }))

const [firstStep, ...otherSteps] = STEP_KINDS.map(({ schema }) => schema)
const step: z.ZodType<ScenarioStep> = z.discriminatedUnion('do', [firstStep!, ...otherSteps], {
  error: STEP_KINDS.map(({ name }) => name).join(', '),
})

export const scenarioSchema: z.ZodType<Scenario> = z
  .strictObject(
    {
      seed: count(0).default(1),
      engine: oneOf(['20.10', '26']).default('26'),
      containers: z.array(container, { error: 'a list of containers' }).default([]),
      timeline: z.array(step, { error: 'a list of steps' }).default([]),
    },
    { error: SECTION },
  )
  .transform(({ engine, ...rest }) => ({ ...rest, personality: PERSONALITIES[engine] }))
