import type { Defect } from './defect.ts'

const folder = 'reference/dispatch'
const pipeline = `${folder}/pipeline/sink-pipeline.ts`
const letters = `${folder}/dead-letters`
const lettersTest = `${letters}/dead-letters.test.ts`
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
        file: `${folder}/pipeline/ready-lanes.ts`,
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
    caughtBy: [
      { file: batchingTest, test: 'and names a time is asked by nobody before it' },
      { file: lettersTest, test: 'is what waits for a sink that is away' },
    ],
  },
  {
    id: 'B174',
    origin,
    description: 'A batch is acknowledged before its dead letters are synced',
    patches: [{ file: `${letters}/letter-store.ts`, find: '      await spool.sync()\n', replace: '' }],
    caughtBy: [{ file: lettersTest, test: 'whatever it is crashed in' }],
  },
  {
    id: 'B175',
    origin,
    description: 'Dead letters that are redelivered are gone before the sink has them',
    patches: [
      {
        file: `${letters}/redelivery.ts`,
        find: 'while (origin.owing > 0) await this.#stored.wait({ signal })',
        replace: '',
      },
    ],
    caughtBy: [{ file: lettersTest, test: 'are given to it at the start where that is configured' }],
  },
  {
    id: 'B176',
    origin,
    description: 'Dead letters of a source are written while what is new of it is',
    patches: [{ file: pipeline, find: "if (lane.twin?.state === 'writing') return false", replace: '' }],
    caughtBy: [{ file: lettersTest, test: 'the two are never under way at once' }],
  },
  {
    id: 'B177',
    origin,
    description: 'A batch of many sources that fails comes again as it was: one that is bad holds up all',
    patches: [
      {
        file: `${folder}/pipeline/lane.ts`,
        find: 'this.companyMax = Math.max(1, Math.floor(sources / 2))',
        replace: 'this.companyMax = sources',
      },
    ],
    caughtBy: [{ file: batchingTest, test: 'comes again in halves' }],
  },
  {
    id: 'B178',
    origin,
    description: 'A stop waits for company',
    patches: [{ file: pipeline, find: 'this.#ready.draining = true', replace: '' }],
    caughtBy: [{ file: batchingTest, test: 'writes at once while it is drained' }],
  },
  {
    id: 'B179',
    origin,
    description: 'A record that is refused with the answer for everything holds up its source for ever',
    patches: [{ file: pipeline, find: 'const BLAMES = 3', replace: 'const BLAMES = 1e9' }],
    caughtBy: [{ file: lettersTest, test: 'is found and given up alone' }],
  },
]
