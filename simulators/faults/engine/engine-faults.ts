import { PERSONALITIES, PERSONALITY_NAMES, type PersonalityName } from '../../engine/personality.ts'
import { defineFault, OVER } from '../define-fault.ts'
import type { FaultKind } from '../fault.ts'
import { choice, milliseconds, text, wholeNumber, withDefault } from '../parameter.ts'
import type { DisturbableEngine, WireMachine } from '../../wire/disturbable-engine.ts'
import type { EngineMachine } from '../streams/stream-fault-kind.ts'

/** A fault of the engine as a whole. */
export type EngineFaultKind<Options = object> = FaultKind<Options, EngineMachine>

/** One that is to be seen on its connections alone. */
export type OutageKind<Options = object> = FaultKind<Options, WireMachine>

/** What becomes of the containers when the daemon dies. */
interface OfContainers {
  readonly containers?: 'live-restore' | 'end' | undefined
}

interface OfDowntime {
  /** Default 1 second. */
  readonly downMs?: number | undefined
}

const EVENTS = [
  'create',
  'start',
  'restart',
  'pause',
  'unpause',
  'kill',
  'stop',
  'die',
  'rename',
  'destroy',
] as const

const containers = withDefault(choice(['live-restore', 'end']), 'live-restore')
const downMs = withDefault(milliseconds({ min: 1, max: 3_600_000 }), 1000, '1s')

/** New connections are refused; those that stand go on. */
export const refused: OutageKind = defineFault({
  name: 'refused',
  target: 'engine',
  description: 'New connections are refused; those that stand go on.',
  parameters: {},
  lasts: true,
  inject: ({ engine }: WireMachine) => engine.refuseConnections(),
})

/** The daemon is gone: connections break and new ones are refused. */
export const goAway: OutageKind<OfContainers> = defineFault({
  name: 'go-away',
  target: 'engine',
  description: 'The daemon is gone: connections break and new ones are refused.',
  parameters: { containers },
  lasts: true,
  inject: ({ engine }: WireMachine, { containers: becomeOf }) => engine.goAway({ containers: becomeOf }),
})

/** The daemon dies and is back after a while. */
export const restartEngine: OutageKind<OfContainers & OfDowntime> = defineFault({
  name: 'restart-engine',
  target: 'engine',
  description: 'The daemon dies, with its containers or not, and is back after a while.',
  parameters: { containers, downMs },
  lasts: false,
  inject: ({ engine }: WireMachine, values) => beAway(engine, values.containers, values.downMs),
})

/** Another version takes over after a while, as after an upgrade of the package. */
export const upgradeEngine: EngineFaultKind<{ readonly to: PersonalityName } & OfContainers & OfDowntime> =
  defineFault({
    name: 'upgrade-engine',
    target: 'engine',
    description: 'The daemon dies, and after a while another version is there, with another API version.',
    parameters: { to: choice(PERSONALITY_NAMES), containers, downMs },
    lasts: false,
    inject: ({ engine }: EngineMachine, values) => {
      const away = beAway(engine, values.containers, values.downMs)
      engine.become(PERSONALITIES[values.to])
      return away
    },
  })

/** As SIGSTOP does: connections stand, and nothing is answered, sent or ended. */
export const hang: OutageKind = defineFault({
  name: 'hang',
  target: 'engine',
  description: 'Connections stand, and nothing is answered, sent or ended.',
  parameters: {},
  lasts: true,
  inject: ({ engine }: WireMachine) => engine.hang(),
})

/** The engine is there again, whatever kept it. */
export const comeBack: OutageKind = defineFault({
  name: 'come-back',
  target: 'engine',
  description: 'The engine is there again, whatever kept it.',
  parameters: {},
  lasts: false,
  inject: ({ engine }: WireMachine) => {
    engine.comeBack()
    return OVER
  },
})

/** Every connection that listens to events breaks. */
export const eventStreamDropped: OutageKind = defineFault({
  name: 'event-stream-dropped',
  target: 'engine',
  description: 'Every connection that listens to events breaks.',
  parameters: {},
  lasts: false,
  inject: ({ engine }: WireMachine) => {
    engine.events.dropStreams()
    return OVER
  },
})

/** The next events reach nobody, as when a subscriber was slower than 100 ms. */
export const eventsLost: EngineFaultKind<{ readonly count?: number | undefined }> = defineFault({
  name: 'events-lost',
  target: 'engine',
  description: 'The next events reach nobody.',
  parameters: { count: withDefault(wholeNumber({ min: 1, max: 1_000_000 }), 1) },
  lasts: false,
  inject: ({ engine }: EngineMachine, { count }) => {
    engine.events.loseNext(count)
    return OVER
  },
})

/** One event of one container reaches nobody, or several of the same kind. The container need not be there yet. */
export const eventLost: EngineFaultKind<{
  readonly of: string
  readonly event: (typeof EVENTS)[number]
  readonly count?: number | undefined
}> = defineFault({
  name: 'event-lost',
  target: 'engine',
  description: 'One event of one container, which need not be there yet, reaches nobody.',
  parameters: {
    of: text(),
    event: choice(EVENTS),
    count: withDefault(wholeNumber({ min: 1, max: 1_000_000 }), 1),
  },
  lasts: true,
  inject: ({ engine }: EngineMachine, { of, event, count }) =>
    engine.events.lose({ container: of, action: event, left: count }),
})

/** The machine's wall clock is stepped, as NTP or an administrator would. */
export const clockStep: EngineFaultKind<{
  readonly byMs: number
  readonly direction?: 'back' | 'forward' | undefined
}> = defineFault({
  name: 'clock-step',
  target: 'engine',
  description: 'The wall clock of the engine’s machine is stepped.',
  parameters: {
    byMs: milliseconds({ min: 1, max: 366 * 86_400_000 }),
    direction: withDefault(choice(['back', 'forward']), 'back'),
  },
  lasts: false,
  inject: ({ engine }: EngineMachine, { byMs, direction }) => {
    engine.host.clock.stepWallTime(direction === 'back' ? -byMs : byMs)
    return OVER
  },
})

function beAway(
  engine: DisturbableEngine,
  containersBecome: 'live-restore' | 'end',
  forMs: number,
): Disposable {
  const away = engine.goAway({ containers: containersBecome })
  const back = engine.host.schedule(forMs, 'the engine is back', () => away[Symbol.dispose]())
  return {
    [Symbol.dispose]: () => {
      back.cancel()
      away[Symbol.dispose]()
    },
  }
}
