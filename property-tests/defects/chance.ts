import type { Defect } from './defect.ts'

const origin = 'made up: what a run in virtual time would no longer repeat'

/** Time and chance that do not come from the ports. */
export const CHANCE: readonly Defect[] = [
  {
    id: 'B310',
    origin,
    description: 'The delay before a repetition is drawn from the chance of the runtime',
    patches: [
      {
        file: 'reference/lifecycle/back-off.ts',
        find: 'return ceilingMs * (LEAST + (1 - LEAST) * random.next())',
        replace: 'return ceilingMs * (LEAST + (1 - LEAST) * Math.random())',
      },
    ],
    caughtBy: ['determinism'],
  },
  {
    id: 'B311',
    origin,
    description: 'The simulated engine draws its latencies from the chance of the runtime',
    patches: [
      {
        file: 'simulators/engine/client/simulated-docker-engine.ts',
        find: 'return () => this.#random.between(minMs, maxMs)',
        replace: 'return () => minMs + Math.random() * (maxMs - minMs)',
      },
    ],
    caughtBy: ['determinism'],
  },
  {
    id: 'B312',
    origin,
    description: 'Which of the sources that are ready is written first depends on the clock of the machine',
    patches: [
      {
        file: 'reference/dispatch/pipeline/ready-lanes.ts',
        find: 'return this.#lanes.values()',
        replace:
          'const lanes = [...this.#lanes]; return (performance.now() % 0.02 < 0.01 ? lanes : lanes.toReversed()).values()',
      },
    ],
    caughtBy: ['determinism'],
  },
  {
    id: 'B313',
    origin,
    description: 'What simulated processes write depends on the clock of the machine: only files tell',
    patches: [
      {
        file: 'simulators/engine/output/numbered-lines.ts',
        find: 'sheet.ending = at\n',
        replace:
          'sheet.ending = at\n  if (at > start + 2) bytes[start] = 97 + (Math.trunc(1000 * performance.now()) % 26)\n',
      },
    ],
    caughtBy: ['determinism'],
  },
]
