import fc from 'fast-check'
import {
  faults,
  type Behaviour,
  type EngineAvailability,
  type EngineMachine,
  type Fault,
  type StreamScope,
} from '../../simulators/index.ts'
import { CONTAINER_KINDS, type CollectorRig, type ContainerKind } from './collector-rig.ts'
import { onContainer, Step, type Command } from './command.ts'
import { surroundingsCommand } from './surroundings.ts'

/** Every command there is, in proportion to how often it is wanted. */
export function anyCommand(): fc.Arbitrary<Command> {
  return fc.oneof(
    { weight: 4, arbitrary: collectorCommand },
    { weight: 5, arbitrary: containerCommand },
    { weight: 4, arbitrary: streamCommand },
    { weight: 2, arbitrary: engineCommand },
    { weight: 2, arbitrary: callCommand },
    { weight: 2, arbitrary: outputCommand },
    { weight: 6, arbitrary: linesCommand },
    { weight: 6, arbitrary: timeCommand },
    { weight: 6, arbitrary: surroundingsCommand() },
  )
}

const always = (): boolean => true
/** More passes at a time only in a case that is long. */
const SHORT_MS = 15_000
const shortMs = fc.integer({ min: 0, max: 20 })

const collectorCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.constant(collector('start', (rig) => rig.start())),
  fc.constant(collector('begin to start', (rig) => rig.beginStart())),
  fc.constant(collector('start twice', (rig) => rig.startTwice())),
  fc.constant(collector('stop', (rig) => rig.stop())),
  fc.constant(collector('restart the process', (rig) => rig.restartProcess())),
  shortMs.map((ms) => collector(`start, and stop ${ms} ms later`, (rig) => rig.stopDuringStart(ms))),
  shortMs.map((ms) => collector(`stop, and start ${ms} ms later`, (rig) => rig.startDuringStop(ms))),
)

function collector(description: string, run: (rig: CollectorRig) => Promise<void> | void): Command {
  // The first start is always there: a run without a collector shows nothing.
  return new Step(description, description === 'start' ? null : 'restarts of the collector', always, run)
}

/** More than the largest pool has slots, so that turns are taken. */
const containerName = fc.constantFrom('c0', 'c1', 'c2', 'c3', 'c4', 'c5')

/** A busy container is so for long enough to fill bounds and to rotate its log; hours of it cost more than they show. */
const BUSY_FOR_MS = 60_000
const CALM_EVERY_MS = 3000
/** Milliseconds from one line to the next. */
const PACES = { silent: null, busy: 100, calm: CALM_EVERY_MS, seldom: 40_000 } as const

const PACE_NAMES = ['silent', 'busy', 'calm', 'seldom'] as const

const addContainer: fc.Arbitrary<Command> = fc
  .record({
    name: containerName,
    pace: fc.constantFrom(...PACE_NAMES),
    kind: fc.constantFrom(...CONTAINER_KINDS),
    exitLines: fc.constantFrom(0, 1, 30),
  })
  .map(
    ({ name, pace, kind, exitLines }) =>
      new Step(
        `add ${name}, ${kind}, ${pace}, ${exitLines} lines at its exit`,
        null,
        (rig) => rig.engine.find(name) === undefined && rig.canTell(kind),
        (rig) => {
          const everyMs = PACES[pace]
          const atExit = { lines: exitLines, unterminated: kind === 'open lines' }
          rig.addContainer(kind, { name, tty: kind === 'tty', behaviour: chatty(kind, everyMs), atExit })
          if (everyMs !== null && everyMs < CALM_EVERY_MS)
            rig.changesBehaviour(name, chatty(kind, CALM_EVERY_MS), BUSY_FOR_MS)
        },
      ),
  )

function chatty(kind: ContainerKind, everyMs: number | null): Behaviour {
  if (everyMs === null) return { kind: 'silent' }
  return { kind: 'chatty', everyMs, jitter: 0.3, stream: kind === 'both streams' ? 'both' : 'stdout' }
}

const containerCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: addContainer },
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        fc.constantFrom('start', 'stop', 'kill', 'exit', 'restart', 'pause', 'unpause', 'remove'),
        containerName,
      )
      .map(([verb, name]) =>
        onContainer(`${verb} ${name}`, 'containers', name, (rig) => rig.engine[verb](name)),
      ),
  },
)

/** A fault of streams with its parameters: all but the scope. */
interface DrawnFault {
  readonly description: string
  readonly order: (scope: StreamScope) => Fault<EngineMachine>
}

const streamFault: fc.Arbitrary<DrawnFault> = fc.oneof(
  fc
    .constantFrom(faults.hungOpen, faults.hungRead, faults.hungClose, faults.reset)
    .map((kind) => ({ description: kind.name, order: (scope: StreamScope) => kind(scope) })),
  fc
    .constantFrom(faults.lateHeaders, faults.neverEnds, faults.halfFrameReset, faults.slicer)
    .map((kind) => ({ description: kind.name, order: (scope: StreamScope) => kind(scope) })),
  fc.constantFrom(0, 3, 8, 20, 60, 5000).map((afterBytes) => ({
    description: `blocked after ${afterBytes} bytes`,
    order: (scope: StreamScope) => faults.blocked({ afterBytes, ...scope }),
  })),
  fc.constantFrom(20, 5000, 45_000).map((delayMs) => ({
    description: `latency of ${delayMs} ms`,
    order: (scope: StreamScope) => faults.latency({ delayMs, jitterMs: delayMs / 2, ...scope }),
  })),
  fc.constantFrom(2000, 100_000).map((bytesPerSecond) => ({
    description: `bandwidth of ${bytesPerSecond} bytes a second`,
    order: (scope: StreamScope) => faults.bandwidth({ bytesPerSecond, ...scope }),
  })),
  fc.constantFrom(1000, 60_000).map((forMs) => ({
    description: `idle for ${forMs} ms`,
    order: (scope: StreamScope) => faults.idle({ forMs, ...scope }),
  })),
)

const whichStreams = fc.constantFrom<StreamScope['streams']>('open', 'next', 'all')

const streamCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(streamFault, containerName, whichStreams)
      .map(([{ description, order }, name, streams]) =>
        onContainer(`${description} of ${name}, streams: ${streams}`, 'stream faults', name, (rig) => {
          rig.disturbed()
          rig.world.inject(order({ container: name, streams }))
        }),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(containerName, whichStreams).map(([name, streams]) =>
      onContainer(`clean end of ${name}, streams: ${streams}`, 'stream faults', name, (rig) => {
        rig.disturbed()
        // It is what every follow comes to; of a whole log it would be a lie.
        rig.endCleanly(name, { streams, follow: true })
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(containerName, fc.boolean()).map(([name, follow]) =>
      onContainer(
        `the next ${follow ? 'follow' : 'log'} of ${name} is opened as it is given up`,
        'stream faults',
        name,
        (rig) => {
          rig.disturbed(name)
          rig.answersLate(name, { follow })
        },
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(new Step('calm everything', 'stream faults', always, (rig) => rig.calm())),
  },
)

const callFault: fc.Arbitrary<Fault<EngineMachine>> = fc.oneof(
  fc
    .tuple(fc.constantFrom('list', 'inspect', 'events', 'logs', 'info'), fc.constantFrom(404, 409, 500, 503))
    // A container that is there is not told to be gone, and a log that can be read not to be unreadable.
    .filter(([operation, status]) => status >= 500 || !['inspect', 'logs'].includes(operation))
    .map(([operation, status]) => faults.errorStatus({ operation, status, times: 1 })),
  fc
    .constantFrom('list', 'inspect', 'events', 'logs', 'info')
    .map((operation) => faults.slowAnswer({ operation, delayMs: 4000, times: 2 })),
  fc
    .constantFrom('list', 'inspect', 'events', 'logs', 'info')
    .map((operation) => faults.neverAnswered({ operation, times: 1 })),
  fc.constant(faults.malformedJson({ operation: 'list', times: 1 })),
)

const callCommand: fc.Arbitrary<Command> = callFault.map((fault) =>
  engine(`${fault.name} of a call`, 'up', (rig) => rig.world.inject(fault)),
)

const engineCommand: fc.Arbitrary<Command> = fc.constantFrom(
  engine('the engine restarts', 'up', (rig) => rig.world.inject(faults.restartEngine())),
  engine('event streams drop', 'up', (rig) => rig.world.inject(faults.eventStreamDropped())),
  engine('connections are refused', 'up', (rig) => rig.world.inject(faults.refused())),
  engine('connections are taken again', 'refusing', (rig) => rig.comeBack()),
  engine('the engine goes away', 'up', (rig) => rig.engine.goAway()),
  engine('the engine dies with its containers', 'up', (rig) => rig.engine.goAway({ containers: 'end' })),
  engine('the engine is shut down', 'up', (rig) => rig.shutEngineDown()),
  engine('the engine hangs', 'up', (rig) => rig.engine.hang()),
  engine('the engine loses two events', 'up', (rig) => rig.loseEvents(2)),
  engine('the engine is back', 'away', (rig) => rig.comeBack()),
  engine('the engine goes on', 'hung', (rig) => rig.comeBack()),
)

function engine(description: string, when: EngineAvailability, run: (rig: CollectorRig) => unknown): Command {
  return new Step(
    description,
    'engine',
    (rig) => rig.engine.availability === when,
    async (rig) => {
      rig.disturbed()
      await run(rig)
    },
  )
}

/**
 * What a container does that is odd, and right: nothing of it excuses a delay. Not duplicate stamps: equal lines of one stamp cannot be told from a
 * replay.
 */
const outputFault = fc.constantFrom<((container: string) => Fault<EngineMachine>)[]>(
  (container) => faults.emptyLines({ container, count: 3 }),
  (container) => faults.longLine({ container, bytes: 100_000 }),
  (container) => faults.cutCharacter({ container }),
  // Behind a stamp without decimals this looks like the end of one with nine; and a line may begin with a stamp of its own.
  (container) => faults.write({ container, text: 'Z Z Z Z Z\n' }),
  (container) => faults.write({ container, text: '2020-01-01T00:00:00.000000001Z Z\n' }),
  (container) => faults.outOfOrderStamps({ container }),
  () => faults.clockStep({ byMs: 3_600_000 }),
  () => faults.clockStep({ byMs: 60_000, direction: 'forward' }),
  (container) => faults.shortLife({ container }),
)

const outputCommand: fc.Arbitrary<Command> = fc
  .tuple(outputFault, containerName)
  .map(([fault, name]) =>
    onContainer(`${fault(name).name} of ${name}`, 'odd output', name, (rig) =>
      rig.injectIfWritable(fault(name), name),
    ),
  )

const stdstream = fc.constantFrom('stdout', 'stderr')

const linesCommand: fc.Arbitrary<Command> = fc
  .tuple(
    containerName,
    stdstream,
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ lines: fc.integer({ min: 1, max: 5 }), bytes: fc.constantFrom(0, 80) }),
      },
      { weight: 1, arbitrary: fc.record({ lines: fc.constantFrom(60, 400), bytes: fc.constantFrom(0, 80) }) },
      {
        weight: 1,
        arbitrary: fc.record({ lines: fc.constant(1), bytes: fc.integer({ min: 16_380, max: 70_000 }) }),
      },
    ),
    // A part without its newline stays open until the next write, and is stored only in chunks of 16 KiB.
    fc.oneof(
      { weight: 5, arbitrary: fc.constant('\n' as const) },
      { weight: 1, arbitrary: fc.constant('' as const) },
    ),
  )
  .map(
    ([name, stream, { lines, bytes }, ending]) =>
      new Step(
        `${name} writes ${lines} lines of ${bytes} bytes to ${stream}${ending === '' ? ', the last one open' : ''}`,
        null,
        (rig) => rig.canWrite(name, stream, ending),
        (rig) => {
          const container = rig.engine.container(name)
          const shape = { stream, lineBytes: { min: bytes, max: bytes } } as const
          for (let line = 1; line < lines; line++) container.writeNumberedLine(shape)
          container.writeNumberedLine(shape, ending)
        },
      ),
  )

const timeCommand: fc.Arbitrary<Command> = fc
  .oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 3000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 3000, max: SHORT_MS }) },
    { weight: 2, arbitrary: fc.integer({ min: SHORT_MS + 1, max: 60_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 600_000 }) },
  )
  .map(
    (ms) =>
      new Step(
        `${ms} ms pass`,
        null,
        (rig) => ms <= SHORT_MS || rig.isLong,
        (rig) => rig.advance(ms),
      ),
  )
