import type { Simulation } from '../world/simulation.ts'

/**
 * Looks at the state of things once every so many milliseconds of virtual time, and while nothing else happens too. What it finds is what the invariant
 * of that name fails with.
 * @param look a sentence saying what is wrong, or undefined
 */
export function every(
  world: Simulation,
  name: string,
  intervalMs: number,
  look: () => string | undefined,
): Disposable {
  let found: string | undefined
  let stopped = false
  const tick = (): void => {
    if (stopped) return
    found ??= look()
    world.schedule(intervalMs, 'look', tick, { background: true })
  }
  world.schedule(intervalMs, 'look', tick, { background: true })
  const stack = new DisposableStack()
  stack.use(world.invariant(name, () => found))
  stack.defer(() => (stopped = true))
  return stack
}
