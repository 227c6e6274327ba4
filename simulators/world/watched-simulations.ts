import { AsyncLocalStorage } from 'node:async_hooks'

/** Where simulations are noted that the running code makes: a list for each block around it that somebody watches. */
const watched = new AsyncLocalStorage<readonly object[][]>()

/**
 * Runs a block of code and adds each simulation that it makes to a list, also behind an `await`. Each of them keeps its whole trace. Blocks that run at the
 * same time have a list each, and one within another adds to both.
 */
export async function intoList<T>(list: object[], block: () => Promise<T>): Promise<T> {
  return await watched.run([...(watched.getStore() ?? []), list], block)
}

/** To be called by each simulation as it is made. @returns whether somebody watches */
export function noteMade(simulation: object): boolean {
  const lists = watched.getStore() ?? []
  for (const list of lists) list.push(simulation)
  return lists.length > 0
}
