import type { ScheduledEvent } from '../../world/event-queue.ts'
import type { SimulatedEngine } from '../../engine/simulated-engine.ts'
import { OVER } from '../define-fault.ts'
import { milliseconds, text, wholeNumber, withDefault } from '../parameter.ts'
import { containerFault, type ContainerFaultKind } from './container-fault-kind.ts'

const exitCode = withDefault(wholeNumber({ min: 0, max: 255 }), 0)
const lifeMs = withDefault(milliseconds({ min: 1, max: 3_600_000 }), 50, '50ms')

export const start: ContainerFaultKind = verb('start', 'The process starts.')
export const stop: ContainerFaultKind = verb('stop', 'The process is ended with SIGTERM.')
export const kill: ContainerFaultKind = verb('kill', 'The process is ended with SIGKILL.')
export const restart: ContainerFaultKind = verb('restart', 'The process is ended and started again.')
export const remove: ContainerFaultKind = verb(
  'remove',
  'The container goes with its log; it is killed first if it runs.',
)

/** The process ends by itself. */
export const exit: ContainerFaultKind<{ readonly exitCode?: number | undefined }> = containerFault({
  name: 'exit',
  description: 'The process ends by itself.',
  parameters: { exitCode },
  lasts: false,
  inject: ({ engine, container: { id } }, values) => {
    engine.exit(id, values.exitCode)
    return OVER
  },
})

/** The process is frozen, and goes on when this is taken away. */
export const pause: ContainerFaultKind = containerFault({
  name: 'pause',
  description: 'The process is frozen.',
  parameters: {},
  lasts: true,
  inject: ({ engine, container: { id } }) => {
    engine.pause(id)
    return { [Symbol.dispose]: () => unlessGone(engine, id, () => engine.unpause(id)) }
  },
})

export const unpause: ContainerFaultKind = verb('unpause', 'The process goes on.')

/** The container gets another name while it is followed. */
export const rename: ContainerFaultKind<{ readonly to: string }> = containerFault({
  name: 'rename',
  description: 'The container gets another name.',
  parameters: { to: text() },
  lasts: false,
  inject: ({ engine, container: { id } }, { to }) => {
    engine.rename(id, to)
    return OVER
  },
})

/** The process starts and ends right afterwards. */
export const shortLife: ContainerFaultKind<{
  readonly lifeMs?: number | undefined
  readonly exitCode?: number | undefined
}> = containerFault({
  name: 'short-life',
  description: 'The process starts and ends right afterwards.',
  parameters: { lifeMs, exitCode },
  lasts: false,
  inject: ({ engine, container: { id } }, values) => {
    engine.start(id)
    const end = engine.host.schedule(values.lifeMs, 'a short life ends', () =>
      unlessGone(engine, id, () => engine.exit(id, values.exitCode)),
    )
    return { [Symbol.dispose]: () => end.cancel() }
  },
})

/** The process ends and is started again, over and over, as with a restart policy. */
export const restartLoop: ContainerFaultKind<{
  readonly lifeMs?: number | undefined
  readonly pauseMs?: number | undefined
  readonly exitCode?: number | undefined
}> = containerFault({
  name: 'restart-loop',
  description: 'The process ends and is started again, over and over, as with a restart policy.',
  parameters: {
    lifeMs,
    pauseMs: withDefault(milliseconds({ min: 1, max: 3_600_000 }), 100, '100ms'),
    exitCode: withDefault(wholeNumber({ min: 0, max: 255 }), 1),
  },
  lasts: true,
  inject: ({ engine, container: { id } }, values) => new RestartLoop(engine, id, values),
})

class RestartLoop implements Disposable {
  readonly #engine: SimulatedEngine
  readonly #id: string
  readonly #timing: { readonly lifeMs: number; readonly pauseMs: number; readonly exitCode: number }
  #next: ScheduledEvent | null = null

  constructor(
    engine: SimulatedEngine,
    id: string,
    timing: { readonly lifeMs: number; readonly pauseMs: number; readonly exitCode: number },
  ) {
    this.#engine = engine
    this.#id = id
    this.#timing = timing
    this.#start()
  }

  [Symbol.dispose](): void {
    this.#next?.cancel()
  }

  #start(): void {
    this.#engine.start(this.#id)
    this.#after(this.#timing.lifeMs, () => this.#end())
  }

  #end(): void {
    this.#engine.exit(this.#id, this.#timing.exitCode)
    this.#after(this.#timing.pauseMs, () => this.#start())
  }

  #after(delayMs: number, run: () => void): void {
    this.#next = this.#engine.host.schedule(
      delayMs,
      'restart loop',
      () => unlessGone(this.#engine, this.#id, run),
      { background: true },
    )
  }
}

function verb(
  name: 'start' | 'stop' | 'kill' | 'restart' | 'unpause' | 'remove',
  description: string,
): ContainerFaultKind {
  return containerFault({
    name,
    description,
    parameters: {},
    lasts: false,
    inject: ({ engine, container: { id } }) => {
      engine[name](id)
      return OVER
    },
  })
}

/** A container may have been removed by the time something is to happen to it. */
function unlessGone(engine: SimulatedEngine, id: string, run: () => void): void {
  if (engine.find(id) !== undefined) run()
}
