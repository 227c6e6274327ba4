import type { SeededRandom } from '../world/seeded-random.ts'

/**
 * Makes ports whose promises settle some micro-tasks later than they would, drawn anew for each. Adapters differ in how often they await between an event and
 * their caller's code, and that is no promise of theirs: what depends on it, such as who of two gets something first, is a matter of luck in production.
 *
 *     event -> promise of the simulator -> 0 to 8 micro-tasks -> promise of the caller
 */
export class MicroTaskJitter {
  readonly #random: SeededRandom

  constructor(random: SeededRandom) {
    this.#random = random
  }

  /** The same port. What it hands out and is to be closed or destroyed, such as streams and open files, is delayed as well. */
  port<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, key) => {
        // Private fields are those of the target.
        const value: unknown = Reflect.get(target, key, target)
        if (typeof value !== 'function') return this.#later(value)
        return (...args: readonly unknown[]): unknown => this.#later(Reflect.apply(value, target, args))
      },
    })
  }

  /** The same function. */
  call<Args extends readonly unknown[], T>(
    call: (...args: Args) => Promise<T>,
  ): (...args: Args) => Promise<T> {
    return (...args) => this.#delayed(call(...args))
  }

  #later(result: unknown): unknown {
    return result instanceof Promise ? this.#delayed(result) : result
  }

  #delayed<T>(promise: Promise<T>): Promise<T> {
    // Half of all come as they are.
    const turns = this.#random.chance(0.5) ? 0 : this.#random.integer(1, TURNS_MAX)
    return this.#settleBehind(promise, turns)
  }

  async #settleBehind<T>(promise: Promise<T>, turns: number): Promise<T> {
    try {
      const value = await promise
      return isOpened(value) ? this.port(value) : value
    } finally {
      for (let turn = 0; turn < turns; turn++) {
        // oxlint-disable-next-line no-await-in-loop -- that is what it is for
        await SETTLED
      }
    }
  }
}

function isOpened<T>(value: T): value is T & object {
  if (typeof value !== 'object' || value === null) return false
  return ['close', 'destroy'].some((key) => typeof Reflect.get(value, key) === 'function')
}

const TURNS_MAX = 8
const SETTLED = Promise.resolve()
