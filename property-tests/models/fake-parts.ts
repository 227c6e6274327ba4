import type { LifecycleParts } from '../../reference/lifecycle/lifecycle.ts'

/** Something to start and stop that takes a few micro-tasks for each, and sees when it is used against the contract of {@link LifecycleParts}. */
export class FakeParts implements LifecycleParts<'stopped by this call'> {
  /** Whether it is started, or about to be or not to be. */
  state: 'off' | 'starting' | 'on' | 'stopping' = 'off'
  /** What was done to it that must not be. */
  readonly misuses: string[] = []
  #failNextStart = false
  #deafNextStart = false

  /** The next start gives back what it opened and rejects with {@link StartFailure}. */
  failNextStart(): void {
    this.#failNextStart = true
  }

  /** The next start does not look at its signal. */
  deafNextStart(): void {
    this.#deafNextStart = true
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#expect('off', 'started')
    const [fails, deaf] = [this.#failNextStart, this.#deafNextStart]
    this.#failNextStart = this.#deafNextStart = false
    this.state = 'starting'
    try {
      for (let step = 0; step < STEPS; step++) {
        // oxlint-disable-next-line no-await-in-loop -- takes its time
        await Promise.resolve()
        if (!deaf) signal.throwIfAborted()
      }
      if (fails) throw new StartFailure()
      this.state = 'on'
    } catch (error) {
      this.state = 'off'
      throw error
    }
  }

  async stop(): Promise<'stopped by this call'> {
    this.#expect('on', 'stopped')
    this.state = 'stopping'
    // oxlint-disable-next-line no-await-in-loop -- takes its time
    for (let step = 0; step < STEPS; step++) await Promise.resolve()
    this.state = 'off'
    return 'stopped by this call'
  }

  #expect(state: FakeParts['state'], what: string): void {
    if (this.state !== state) this.misuses.push(`${what} while ${this.state}`)
  }
}

/** The failure that was ordered. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure'
}

const STEPS = 3
