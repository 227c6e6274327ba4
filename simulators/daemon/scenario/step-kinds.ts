import { z } from 'zod'
import { count, durationOrZero, flag, oneOf, text } from '../../../reference/config/values.ts'
import type { SimulatedEngine } from '../../engine/simulated-engine.ts'
import type { StreamFault, StreamFaultScope } from '../../engine/stream-fault.ts'
import type { ScenarioStep } from './scenario.ts'

/** Something a time line can order. */
export interface StepKind {
  readonly name: string
  readonly target: 'stream' | 'call' | 'engine' | 'container'
  readonly description: string
  /** What each key allows, for people; all but those with a default are needed. */
  readonly parameters: Readonly<Record<string, string>>
  /** Of one element of the time line. */
  readonly schema: z.ZodType<ScenarioStep> & z.core.$ZodTypeDiscriminable
}

interface Parameter<T> {
  readonly allowed: string
  readonly type: z.ZodType<T>
}

type Values<P extends Readonly<Record<string, Parameter<unknown>>>> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never
}

const container: Parameter<string> = { allowed: 'a container of this scenario', type: text }
const streams: Parameter<StreamFaultScope['streams']> = {
  allowed: 'open, next or all; default all',
  type: oneOf(['open', 'next', 'all']).default('all'),
}
const openStreams: Parameter<'open' | 'next' | 'all'> = {
  allowed: 'open, next or all; default open',
  type: oneOf(['open', 'next', 'all']).default('open'),
}
const follow: Parameter<boolean | undefined> = {
  allowed: 'true for followed logs only, false for others only; default both',
  type: flag.optional(),
}

const moment = durationOrZero.refine((ms) => ms <= 24 * 3_600_000, { error: 'a duration up to 24h' })

/** Everything a time line can order, each under its name. */
export const STEP_KINDS: readonly StepKind[] = [
  streamFault('hung-open', 'The request for a log is accepted and never answered.', streams),
  streamFault('hung-read', 'The log has more and nothing is sent.', streams),
  streamFault('reset', 'The connection breaks; what was not read is gone.', openStreams),
  streamFault('clean-end', 'The reply ends as if the container had ended.', openStreams),
  kind(
    'blocked',
    'stream',
    'After some bytes of the next message nothing is sent; below 8 that is inside the header of its frame.',
    {
      container,
      after_bytes: { allowed: 'a whole number, at least 0', type: count(0) },
      streams,
      follow,
    },
    (engine, { container: name, after_bytes: afterBytes, streams: which, follow: following }) => {
      engine.disturb(name, { kind: 'blocked', afterBytes }, scope(which, following))
    },
  ),
  kind('calm', 'stream', 'Takes the faults of a container’s streams away.', { container }, (engine, step) =>
    engine.calm(step.container),
  ),
  kind(
    'fail-calls',
    'call',
    'The next requests of a kind fail.',
    {
      operation: parameterOf(['info', 'list', 'inspect', 'events', 'logs']),
      with: parameterOf(['not_found', 'conflict', 'not_supported', 'unavailable', 'protocol']),
      times: { allowed: 'a whole number, at least 1; default 1', type: count(1).default(1) },
    },
    (engine, { operation, with: code, times }) => engine.failCalls(operation, code, times),
  ),
  kind(
    'lose-events',
    'engine',
    'The next events reach nobody.',
    { count: { allowed: 'a whole number, at least 1', type: count(1) } },
    (engine, step) => engine.loseEvents(step.count),
  ),
  kind(
    'go-away',
    'engine',
    'Connections break and new ones are refused until come-back.',
    {
      containers: {
        allowed: 'live-restore or end; default live-restore',
        type: oneOf(['live-restore', 'end']).default('live-restore'),
      },
    },
    (engine, { containers }) => engine.goAway({ containers }),
  ),
  kind('hang', 'engine', 'Nothing is answered, sent or ended until come-back.', {}, (engine) =>
    engine.hang(),
  ),
  kind('come-back', 'engine', 'The engine is there again.', {}, (engine) => engine.comeBack()),
  containerStep('start', 'The process starts.'),
  containerStep('stop', 'The process is ended with SIGTERM.'),
  containerStep('kill', 'The process is ended with SIGKILL.'),
  containerStep('restart', 'The process is ended and started again.'),
  containerStep('pause', 'The process is frozen.'),
  containerStep('unpause', 'The process goes on.'),
  containerStep('remove', 'The container goes with its log; it is killed first if it runs.'),
  kind(
    'exit',
    'container',
    'The process ends by itself.',
    { container, exit_code: { allowed: 'a whole number; default 0', type: count(0).default(0) } },
    (engine, step) => engine.exit(step.container, step.exit_code),
  ),
  kind(
    'rename',
    'container',
    'The container gets another name.',
    { container, to: { allowed: 'a text', type: text } },
    (engine, step) => engine.rename(step.container, step.to),
  ),
  kind(
    'write',
    'container',
    'The process writes this, as it stands: end it with a newline to end the line.',
    {
      container,
      text: { allowed: 'a text', type: text },
      stream: {
        allowed: 'stdout or stderr; default stdout',
        type: oneOf(['stdout', 'stderr']).default('stdout'),
      },
    },
    (engine, step) => engine.container(step.container).write(step.stream, step.text),
  ),
]

function kind<P extends Readonly<Record<string, Parameter<unknown>>>>(
  name: string,
  target: StepKind['target'],
  description: string,
  parameters: P,
  play: (engine: SimulatedEngine, values: Values<P>) => void,
): StepKind {
  const entries = Object.entries(parameters)
  const shape = Object.fromEntries(entries.map(([key, { type }]) => [key, type]))
  const schema = z.strictObject({ at: moment, do: z.literal(name), ...shape }).transform((step) => ({
    atMs: step.at,
    name,
    container: 'container' in step ? String(step['container']) : null,
    newName: 'to' in step ? String(step['to']) : null,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the shape is made of these parameters' types
    play: (engine: SimulatedEngine) => play(engine, step as unknown as Values<P>),
  }))
  const allowed = Object.fromEntries(entries.map(([key, parameter]) => [key, parameter.allowed]))
  return { name, target, description, parameters: allowed, schema }
}

function streamFault(
  name: Exclude<StreamFault['kind'], 'blocked' | 'hung-close'>,
  description: string,
  which: Parameter<StreamFaultScope['streams']>,
): StepKind {
  return kind(name, 'stream', description, { container, streams: which, follow }, (engine, step) =>
    engine.disturb(step.container, { kind: name }, scope(step.streams, step.follow)),
  )
}

function containerStep(
  name: 'start' | 'stop' | 'kill' | 'restart' | 'pause' | 'unpause' | 'remove',
  description: string,
): StepKind {
  return kind(name, 'container', description, { container }, (engine, step) => engine[name](step.container))
}

function parameterOf<const Word extends string>(words: readonly Word[]): Parameter<Word> {
  return { allowed: words.join(', '), type: oneOf(words) }
}

function scope(which: StreamFaultScope['streams'], following: boolean | undefined): StreamFaultScope {
  return following === undefined ? { streams: which } : { streams: which, follow: following }
}
