import type { Defect } from './defect.ts'

const folder = 'reference/dispatch'
const dispatcherTest = `${folder}/dispatcher.test.ts`
const pipelineTest = `${folder}/sink-pipeline.test.ts`
const budgetTest = `${folder}/budget.test.ts`
const origin = 'The collector at b5e9cc7, with several sinks, a slow one, or one that fails'

/** What was lost, repeated or held up between readers and sinks. */
export const DELIVERY: readonly Defect[] = [
  {
    id: 'B60',
    finding: 'D2',
    origin,
    description: 'After a restart a sink that never acknowledged anything counts as having everything',
    patches: [
      {
        file: `${folder}/spool-opening.ts`,
        find: 'if (place === undefined || compareOffsets(place, end) > 0)',
        replace: 'if (positions.sink(name).places.size === 0 || compareOffsets(place, end) > 0)',
      },
    ],
    caughtBy: [{ file: dispatcherTest, test: 'at different places, after a clean end' }],
  },
  {
    id: 'B61',
    finding: 'D3',
    origin,
    description: 'Ordinals alone tell a sink what it has: those of another epoch are taken for stored',
    patches: [
      {
        file: `${folder}/spool-feed.ts`,
        find: 'if (place === undefined || block.epoch > place.epoch) return block',
        replace: 'if (place === undefined) return block',
      },
      {
        file: `${folder}/spool-feed.ts`,
        find: 'if (block.epoch < place.epoch || endOf(block).records <= place.records) return null',
        replace: 'if (endOf(block).records <= place.records) return null',
      },
    ],
    caughtBy: [{ file: dispatcherTest, test: 'an epoch that is not stored is not taken for one that is' }],
  },
  {
    id: 'B62',
    finding: 'D4',
    origin,
    description: 'A sink that is switched off for one run loses its place',
    patches: [
      {
        file: `${folder}/position-store.ts`,
        find: 'const off = sinks.includes(name) ? undefined : (offSinceMs ?? clock.now())',
        replace: `if (!sinks.includes(name)) continue
      const off = undefined`,
      },
    ],
    caughtBy: [
      { file: `${folder}/position-store.test.ts`, test: 'a sink that is switched off is kept for a day' },
      { file: dispatcherTest, test: 'one that is switched off for a run goes on where it was' },
    ],
  },
  {
    id: 'B63',
    finding: 'D7',
    origin,
    description: 'Sources that cannot be stored fill the room of all others',
    patches: [
      {
        file: `${folder}/budget.ts`,
        find: 'if (!this.#stalled.has(source)) return true',
        replace: 'if (source !== undefined) return true',
      },
    ],
    caughtBy: [{ file: budgetTest, test: 'stalled sources leave half of the room to the others' }],
  },
  {
    id: 'B64',
    finding: 'D7',
    origin,
    description: 'A source that cannot be stored in one sink is waited for, and everything behind it with it',
    patches: [
      {
        file: `${folder}/spool-feed.ts`,
        find: 'if (this.#stalled.has(id)) return this.#park(block, piece)',
        replace: '',
      },
    ],
    caughtBy: [{ file: dispatcherTest, test: 'a source that one of them cannot store holds up no other source' }],
  },
  {
    id: 'B65',
    finding: 'D8',
    origin,
    description: 'All sinks share one worker: one that hangs starves the healthy ones',
    patches: [
      {
        file: `${folder}/sink-pipeline.ts`,
        find: 'else await this.#write(pieces, signal)',
        replace: `else await (SinkPipeline.last = (SinkPipeline.last ?? Promise.resolve()).then(() => this.#write(pieces, signal)))`,
      },
    ],
    caughtBy: [{ file: dispatcherTest, test: 'two sinks one that hangs holds up neither the other nor the readers' }],
  },
  {
    id: 'B66',
    finding: 'D10',
    origin,
    description: 'Of a block its bytes are counted and not the memory it holds',
    patches: [
      {
        file: `${folder}/held-bytes.ts`,
        find: 'for (const buffer of new Set(buffersOf(block))) bytes += buffer.byteLength',
        replace: 'bytes = block.bytes.byteLength',
      },
    ],
    caughtBy: [{ file: dispatcherTest, test: 'the bound on memory is applied' }],
  },
  {
    id: 'B67',
    finding: 'D10',
    origin,
    description: 'A large block starves among small ones that keep coming',
    patches: [
      { file: `${folder}/budget.ts`, find: 'if (this.#front !== null) {', replace: 'if (this.#front === undefined) {' },
    ],
    caughtBy: [{ file: budgetTest, test: 'a large permit gets its turn among small ones that keep coming' }],
  },
  {
    id: 'B68',
    finding: 'D10',
    origin,
    description: 'Each acknowledgement wakes every reader that waits for room, also those for whom there is none',
    patches: [
      {
        file: `${folder}/budget.ts`,
        find: 'if (inShare && this.#fits(waiter.bytes, setAside)) {',
        replace: 'if (inShare) {',
      },
    ],
    caughtBy: [{ file: budgetTest, test: 'one release among thousands who wait wakes only those who get their permit' }],
  },
  {
    id: 'B69',
    finding: 'D11',
    origin,
    description: 'A stop waits for a start that hangs',
    patches: [
      {
        file: 'reference/lifecycle/lifecycle.ts',
        find: 'if (this.#patience === null) return await ended',
        replace: 'if (this.#patience !== undefined) return await ended',
      },
    ],
    caughtBy: [
      { file: 'reference/lifecycle/lifecycle.test.ts', test: 'a stop does not wait for a start that hangs longer' },
    ],
  },
  {
    id: 'B70',
    finding: 'D11',
    origin,
    description: 'Saving positions gets what earlier steps of a stop left, which may be nothing',
    patches: [
      {
        file: 'reference/lifecycle/stop-sequence.ts',
        find: '- laterMs - GRACE_MS',
        replace: '- GRACE_MS',
      },
    ],
    caughtBy: [
      {
        file: 'reference/lifecycle/stop-sequence.test.ts',
        test: 'what is reserved for later steps cannot be used up by earlier ones',
      },
    ],
  },
  {
    id: 'B71',
    finding: 'R9',
    origin,
    description: 'With a container that is gone its position is gone too: a mistake cannot be made good',
    patches: [
      {
        file: `${folder}/position-store.ts`,
        find: 'if (entry !== undefined && entry.goneSinceMs === undefined)\n      this.#setGone(entry, this.#options.clock.now())',
        replace: 'if (entry !== undefined) this.#remove(id)',
      },
    ],
    caughtBy: [{ file: `${folder}/position-store.test.ts`, test: 'a source that is gone keeps its position for a day' }],
  },
  {
    id: 'B72',
    finding: 'V',
    origin,
    description: 'Health is good with a disk that takes nothing for 20 minutes',
    patches: [
      { file: `${folder}/pipeline-check.ts`, find: 'const FAILING_MS = 10_000', replace: 'const FAILING_MS = Infinity' },
    ],
    caughtBy: [{ file: pipelineTest, test: 'is named in health with the reason after ten seconds' }],
  },
  {
    id: 'B73',
    finding: 'V',
    origin,
    description: 'Health is good with a sink that stores nothing and says nothing',
    patches: [
      { file: `${folder}/pipeline-check.ts`, find: 'const SILENT_MS = 60_000', replace: 'const SILENT_MS = Infinity' },
    ],
    caughtBy: [{ file: pipelineTest, test: 'is waited for where there is none, and told in health after a minute' }],
  },
  {
    id: 'B74',
    finding: 'D1',
    origin,
    description: 'Health is good although positions are not saved',
    patches: [
      { file: `${folder}/checkpointer.ts`, find: 'const LATE_INTERVALS = 3', replace: 'const LATE_INTERVALS = Infinity' },
    ],
    caughtBy: [{ file: dispatcherTest, test: 'that fails for longer than three intervals is told in health' }],
  },
  {
    id: 'B75',
    finding: 'V',
    origin,
    description: 'Lines count as delivered each time a write of them is tried',
    patches: [
      {
        file: `${folder}/sink-pipeline.ts`,
        find: 'this.#options.metrics.linesDelivered(this.sink.name, portion.records - own.length)',
        replace: 'this.#options.metrics.linesDelivered(this.sink.name, portion.records)',
      },
    ],
    caughtBy: [{ file: pipelineTest, test: 'records that the sink refuses are dropped and counted' }],
  },
]
