/** A part of the collector whose mutants are held against its own tests. */
export interface Part {
  readonly name: string
  /** Patterns of the sources that are mutated. */
  readonly sources: readonly string[]
  /** Files of tests. The first test that fails is enough. */
  readonly tests: readonly string[]
}

const reading = 'reference/docker/reading'
/** Every short sequence of commands on a whole collector: quick for what it reaches. */
const SMALL_SCOPE = 'property-tests/small-scope.property.test.ts'
const PARSER_TESTS = [
  `${reading}/parsing/demultiplexer.test.ts`,
  `${reading}/parsing/joined-chunks.test.ts`,
  `${reading}/parsing/line-assembler.test.ts`,
  `${reading}/parsing/stamp-reader.test.ts`,
  `${reading}/parsing/stamp.test.ts`,
  `${reading}/parsing/tty-demultiplexer.test.ts`,
  `${reading}/container-reader.test.ts`,
  'property-tests/frames.property.test.ts',
  SMALL_SCOPE,
]
const CURSOR_PROPERTIES = [
  'property-tests/cursor.property.test.ts',
  'property-tests/polled-cursor.property.test.ts',
]
const SEARCH_TESTS = [
  `${reading}/search/behind-search.test.ts`,
  `${reading}/search/contiguity.test.ts`,
  `${reading}/search/counting-cursor.test.ts`,
  `${reading}/search/delivered.test.ts`,
  `${reading}/search/key-history.test.ts`,
  `${reading}/search/key-trail.test.ts`,
  `${reading}/search/place-search.test.ts`,
  `${reading}/search/readable-end.test.ts`,
  `${reading}/search/replay-filter.test.ts`,
  `${reading}/search/rest-search.test.ts`,
  `${reading}/search/ring-search.test.ts`,
  `${reading}/search/snapshot-part.test.ts`,
  `${reading}/tail-policy.test.ts`,
  ...CURSOR_PROPERTIES,
]
const READER_TESTS = [
  `${reading}/log-reading.test.ts`,
  `${reading}/block-builder.test.ts`,
  `${reading}/container-position.test.ts`,
  `${reading}/container-reader.test.ts`,
  `${reading}/follow-reader.test.ts`,
  `${reading}/record-maker.test.ts`,
  `${reading}/snapshot-reader.test.ts`,
  `${reading}/parsing/line-assembler.test.ts`,
  `${reading}/search/counting-cursor.test.ts`,
  'reference/docker/from-duration.test.ts',
  'reference/docker/stages/line-filter.test.ts',
  'reference/docker/stages/multiline.test.ts',
  'reference/docker/stored/log-chain.test.ts',
  'property-tests/records.scenarios.test.ts',
  ...CURSOR_PROPERTIES,
  SMALL_SCOPE,
]

export const PARTS: readonly Part[] = [
  {
    name: 'lifecycle',
    sources: ['reference/lifecycle/*.ts', '!reference/lifecycle/{slot-pool,semaphore,open-files}.ts'],
    tests: [
      'reference/lifecycle/abort.test.ts',
      'reference/lifecycle/abort-listener.test.ts',
      'reference/lifecycle/back-off.test.ts',
      'reference/lifecycle/condition.test.ts',
      'reference/lifecycle/deadline.test.ts',
      'reference/lifecycle/lifecycle.test.ts',
      'reference/lifecycle/monitor-switch.test.ts',
      'reference/lifecycle/retry-pause.test.ts',
      'reference/lifecycle/scope.test.ts',
      'reference/lifecycle/stop-sequence.test.ts',
      'reference/lifecycle/watchdog.test.ts',
      'property-tests/back-off.property.test.ts',
      'property-tests/lifecycle.property.test.ts',
      SMALL_SCOPE,
    ],
  },
  {
    name: 'slot-pool',
    sources: ['reference/lifecycle/{slot-pool,semaphore}.ts'],
    tests: ['reference/lifecycle/slot-pool.test.ts', 'property-tests/slot-pool.property.test.ts'],
  },
  {
    name: 'open-files',
    sources: ['reference/lifecycle/open-files.ts'],
    tests: ['reference/lifecycle/open-files.test.ts'],
  },
  { name: 'parsers', sources: [`${reading}/parsing/*.ts`], tests: PARSER_TESTS },
  {
    name: 'search',
    sources: [`${reading}/search/*.ts`, `${reading}/tail-policy.ts`],
    tests: SEARCH_TESTS,
  },
  {
    name: 'readers',
    sources: [`${reading}/*.ts`, `!${reading}/tail-policy.ts`],
    tests: READER_TESTS,
  },
  {
    name: 'positions',
    sources: ['reference/dispatch/positions/*.ts'],
    tests: [
      'reference/dispatch/positions/checkpointer.test.ts',
      'reference/dispatch/positions/position-store.test.ts',
      'reference/dispatch/spoilt-positions.test.ts',
      'reference/dispatch/unsynced.test.ts',
      'reference/dispatch/dispatcher.test.ts',
    ],
  },
  {
    name: 'pipeline',
    sources: ['reference/dispatch/pipeline/*.ts'],
    tests: [
      'reference/dispatch/pipeline/circuit.test.ts',
      'reference/dispatch/pipeline/lane.test.ts',
      'reference/dispatch/pipeline/pipeline-check.test.ts',
      'reference/dispatch/pipeline/ready-lanes.test.ts',
      'reference/dispatch/pipeline/slice-records.test.ts',
      'reference/dispatch/pipeline/sink-pipeline.test.ts',
      'reference/dispatch/pipeline/sink-pipeline-letters.test.ts',
      'reference/dispatch/pipeline/sink-pipeline-states.test.ts',
      'reference/dispatch/pipeline/sink-pipeline-workers.test.ts',
      'reference/dispatch/dead-letters/dead-letters.test.ts',
      'reference/dispatch/stopping.test.ts',
      'reference/dispatch/batching.test.ts',
      'reference/dispatch/dispatcher.test.ts',
      SMALL_SCOPE,
    ],
  },
  {
    name: 'file-sink',
    // The schema of its settings is held by the documents that are written from it.
    sources: ['reference/sinks/local-file/*.ts', '!reference/sinks/local-file/{config,index}.ts'],
    tests: [
      'reference/sinks/local-file/archive.test.ts',
      'reference/sinks/local-file/before-hole.test.ts',
      'reference/sinks/local-file/beginning-mark.test.ts',
      'reference/sinks/local-file/file-name.test.ts',
      'reference/sinks/local-file/find-beginning.test.ts',
      'reference/sinks/local-file/find-line.test.ts',
      'reference/sinks/local-file/owned-file.test.ts',
      'reference/sinks/local-file/place.test.ts',
      'reference/sinks/local-file/reconcile.test.ts',
      'reference/sinks/local-file/rotated-files.test.ts',
      'reference/sinks/local-file/split-records.test.ts',
      'reference/sinks/local-file/local-file-sink-syncing.test.ts',
      'reference/sinks/local-file/local-file-sink.test.ts',
      'reference/sinks/local-file/local-file-sink.property.test.ts',
    ],
  },
]

export const PART_NAMES: readonly string[] = PARTS.map(({ name }) => name)
