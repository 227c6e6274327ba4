import { z } from 'zod'
import {
  count,
  duration,
  durationOrZero,
  flag,
  oneOf,
  size,
  text,
  texts,
} from '../../reference/config/values.ts'
import { PERSONALITIES, PERSONALITY_NAMES } from '../engine/personality.ts'
import type { ContainerOptions } from '../engine/simulated-container.ts'
import type { AnyFaultKind, FaultEntry } from '../faults/fault.ts'
import type { Behaviour } from '../engine/output/workload.ts'
import { ALL_FAULTS } from './playable-faults.ts'
import type { Scenario } from './scenario.ts'
import { stepSchema } from './step-schema.ts'

/** A scenario file. The message of a failed check is the phrase behind "allowed:". */

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
      starts_after: durationOrZero.default(0),
      lasts: duration.optional(),
      auto_remove: flag.default(false),
      lines_at_exit: count(0).default(0),
      log_driver: oneOf(['json-file', 'local', 'none']).default('json-file'),
      max_size: size.optional(),
      max_files: count(1).default(1),
      behaviour: behaviour.default({ kind: 'silent' }),
    },
    { error: SECTION },
  )
  .transform(({ log_driver: logDriver, max_size: maxSizeBytes, max_files: maxFiles, ...given }) => {
    const { starts_after: startsAfterMs, lasts: lastsMs, auto_remove, lines_at_exit, ...rest } = given
    return {
      ...rest,
      startsAfterMs,
      autoRemove: auto_remove,
      atExit: { lines: lines_at_exit },
      ...(lastsMs !== undefined && { lastsMs }),
      logDriver,
      logRotation: { maxFiles, ...(maxSizeBytes !== undefined && { maxSizeBytes }) },
    }
  })

/** A scenario file in which these faults can be ordered. Making a schema takes longer than reading a file: each is made once. */
export function scenarioSchema<Machine>(
  kinds: readonly AnyFaultKind<Machine>[],
): z.ZodType<Scenario<Machine>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was made of these very kinds
  const known = MADE.get(kinds) as z.ZodType<Scenario<Machine>> | undefined
  if (known !== undefined) return known
  const made = makeSchema(kinds)
  MADE.set(kinds, made)
  return made
}

const MADE = new WeakMap<readonly FaultEntry[], unknown>()

function makeSchema<Machine>(kinds: readonly AnyFaultKind<Machine>[]): z.ZodType<Scenario<Machine>> {
  const [first, ...others] = kinds.map((kind) => stepSchema(kind))
  const step = z.discriminatedUnion('do', [first!, ...others], {
    error: ({ input }) => allowedFaults(kinds, Object(input).do),
  })
  return z
    .strictObject(
      {
        seed: count(0).default(1),
        engine: oneOf(PERSONALITY_NAMES).default('26'),
        containers: z.array(container, { error: 'a list of containers' }).default([]),
        timeline: z.array(step, { error: 'a list of steps' }).default([]),
      },
      { error: SECTION },
    )
    .transform(({ engine, ...rest }) => ({ ...rest, personality: PERSONALITIES[engine] }))
}

/** A scenario file in which these faults can be ordered, as JSON Schema: what an editor completes and checks by. */
export function scenarioJsonSchema<Machine>(kinds: readonly AnyFaultKind<Machine>[]): object {
  const schema = z.toJSONSchema(scenarioSchema(kinds), { io: 'input', unrepresentable: 'any' })
  return { ...schema, title: 'A scenario: containers, and what goes wrong and when' }
}

function allowedFaults(kinds: readonly FaultEntry[], given: unknown): string {
  const allowed = kinds.map(({ name }) => name).join(', ')
  const foreign = ALL_FAULTS.find(({ name }) => name === given)
  if (foreign === undefined) return allowed
  return `${allowed}; ${foreign.name} is a fault of the ${foreign.target}, which is not simulated here`
}
