import type { Defect } from './defect.ts'

const folder = 'reference/dispatch'
const pipeline = `${folder}/sink-pipeline.ts`
const batchingTest = `${folder}/batching.test.ts`
const origin =
  'Made up while batches, retries and dead letters were built: what a sink over the network suffers from'

/** What can be wrong with batches, with what is tried again, and with what is given up. */
export const RETRIES: readonly Defect[] = [
  {
    id: 'B170',
    origin,
    description: 'Records never wait for company: each line is a request of its own',
    patches: [
      {
        file: `${folder}/ready-lanes.ts`,
        find: 'return oldestMs + batchDelayMs',
        replace: 'return oldestMs',
      },
    ],
    caughtBy: [{ file: batchingTest, test: 'in fewer than 10 writes a second, none later than it wants' }],
  },
  {
    id: 'B171',
    origin,
    description: 'Delays have no jitter: those who failed together come back together',
    patches: [
      {
        file: 'reference/lifecycle/back-off.ts',
        find: 'return ceilingMs * (LEAST + (1 - LEAST) * random.next())',
        replace: 'return ceilingMs * (0.9 + 0.1 * random.next())',
      },
    ],
    caughtBy: [{ file: 'reference/lifecycle/back-off.test.ts', test: 'all of the range is drawn from' }],
  },
  {
    id: 'B172',
    origin,
    description: 'Writes that repeat one that failed may take every worker',
    patches: [
      {
        file: pipeline,
        find: 'return !lane.triedBefore || this.#retrying < this.#options.retriesMax',
        replace: 'return true',
      },
    ],
    caughtBy: [{ file: batchingTest, test: 'takes a part of the workers only' }],
  },
  {
    id: 'B173',
    origin,
    description: 'The pause that a sink asks for is kept only by the sources of the batch that was refused',
    patches: [{ file: pipeline, find: "else if (answer.of === 'sink')", replace: 'else if (false)' }],
    caughtBy: [{ file: batchingTest, test: 'and names a time is asked by nobody before it' }],
  },
]
