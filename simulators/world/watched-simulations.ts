import { AsyncLocalStorage } from 'node:async_hooks'

/** The simulations that a block of code has made so far. */
const watched = new AsyncLocalStorage<object[]>()

/**
 * Runs a block of code and adds each simulation that it makes to a list, also behind an `await`. Each of them keeps its whole trace. Blocks that run at the
 * same time have a list each.
 */
export async function intoList<T>(list: object[], block: () => Promise<T>): Promise<T> {
  return await watched.run(list, block)
}

/** To be called by each simulation as it is made. @returns whether somebody watches */
export function noteMade(simulation: object): boolean {
  const list = watched.getStore()
  list?.push(simulation)
  return list !== undefined
}
