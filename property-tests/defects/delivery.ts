import type { Defect } from './defect.ts'

const folder = 'reference/dispatch'
const pipeline = `${folder}/pipeline/sink-pipeline.ts`
const pipelineTest = `${folder}/pipeline/sink-pipeline.test.ts`
const feed = `${folder}/spool/spool-feed.ts`
const dispatcherTest = `${folder}/dispatcher.test.ts`
const store = `${folder}/positions/position-store.ts`
const storeTest = `${folder}/positions/position-store.test.ts`
const checkpointer = `${folder}/positions/checkpointer.ts`
const lifecycle = 'reference/lifecycle'
const surroundings = 'property-tests/collector.surroundings.test.ts'
const found = 'The collector between two releases, found by its property with several sinks'
const crashes = 'The collector between two releases, found by its property with crashes and new seeds'
const origin = 'The collector at b5e9cc7, with sinks that are slow, full or away'

/** What went wrong on the way from the readers to the sinks and positions. */
export const DELIVERY: readonly Defect[] = [
  {
    id: 'B60',
    finding: 'D1',
    origin,
    description: 'A checkpoint waits for a sink whose sync hangs before it saves what the others have',
    patches: [
      {
        file: `${folder}/spool/spooled-delivery.ts`,
        find: 'const SYNC_WAIT_MS = 1000',
        replace: 'const SYNC_WAIT_MS = 1e9',
      },
    ],
    caughtBy: [
      { file: dispatcherTest, test: 'a sink whose sync hangs keeps the progress of the others from nothing' },
    ],
  },
  {
    id: 'B61',
    finding: 'D2',
    origin,
    description: 'A sink that has stored nothing yet begins at the end of the spool after a restart',
    patches: [
      {
        file: `${folder}/spool/spool-opening.ts`,
        find: 'if (place === undefined || compareOffsets(place, end) > 0) positions.setSpool(name, end)',
        replace: 'if (place === undefined || place.offset === 0) positions.setSpool(name, end)',
      },
    ],
    caughtBy: [{ file: dispatcherTest, test: 'one that is switched off for a run goes on where it was' }],
  },
  {
    id: 'B62',
    finding: 'D3',
    origin,
    description: 'What a sink has is told by ordinals alone, whatever their epoch',
    patches: [
      {
        file: 'reference/dispatch/pipeline/slice-records.ts',
        find: 'if (place === undefined || block.epoch > place.epoch) return block',
        replace: 'if (place === undefined) return block',
      },
    ],
    caughtBy: [{ file: dispatcherTest, test: 'an epoch that is not stored is not taken for one that is' }],
  },
  {
    id: 'B63',
    finding: 'D4',
    origin,
    description: 'A sink that is switched off is forgotten at once',
    patches: [
      {
        file: store,
        find: 'const off = sinks.includes(name) ? undefined : (offSinceMs ?? clock.now())',
        replace: 'const off = sinks.includes(name) ? undefined : (offSinceMs ?? clock.now() - 2 * KEPT_MS)',
      },
    ],
    caughtBy: [
      'delivery-day',
      { file: dispatcherTest, test: 'one that is switched off for a run goes on where it was' },
    ],
  },
  {
    id: 'B64',
    finding: 'D5',
    origin,
    description: 'A write that can neither be cancelled nor repeated is repeated after thirty seconds',
    patches: [
      {
        file: pipeline,
        find: 'const { writeDeadlineMs } = this.sink.limits',
        replace: 'const writeDeadlineMs = this.sink.limits.writeDeadlineMs ?? 30_000',
      },
    ],
    caughtBy: [
      { file: pipelineTest, test: 'is waited for where there is none, and told in health after a minute' },
    ],
  },
  {
    id: 'B65',
    finding: 'D7',
    origin,
    description: 'A source that cannot be stored holds up all that is behind it in the spool',
    patches: [
      { file: feed, find: 'if (this.#stalled.has(id)) return this.#park(block, piece)', replace: '' },
    ],
    caughtBy: [
      { file: dispatcherTest, test: 'a source that one of them cannot store holds up no other source' },
    ],
  },
  {
    id: 'B66',
    finding: 'D7',
    origin,
    description: 'A failed write keeps its worker over the back-off',
    patches: [
      {
        file: pipeline,
        find: 'else this.#failed(pieces, answer)',
        replace:
          'else {\n      this.#failed(pieces, answer)\n      await clock.sleep(30_000, { signal })\n    }',
      },
    ],
    caughtBy: [{ file: pipelineTest, test: 'holds up no other one, also when there are many' }],
  },
  {
    id: 'B67',
    finding: 'D8',
    origin,
    description: 'A source that fails is written together with others again and again',
    patches: [
      {
        file: pipeline,
        find: '      lane.part(pieces.length)\n      lane.state',
        replace: '      lane.state',
      },
    ],
    caughtBy: [{ file: pipelineTest, test: 'in a batch of many delays them by one write' }],
  },
  {
    id: 'B68',
    finding: 'D10',
    origin,
    description: 'Only the bytes of lines are counted, not the memory of blocks',
    patches: [
      {
        file: `${folder}/held-bytes.ts`,
        find: 'let bytes = BLOCK_OVERHEAD + attributeBytes(block.source)',
        replace: 'let bytes = 0',
      },
    ],
    caughtBy: [{ file: `${folder}/held-bytes.test.ts`, test: 'blocks of one line at a time really hold' }],
  },
  {
    id: 'B69',
    finding: 'D11',
    origin,
    description: 'A stop waits for a start that hangs',
    patches: [
      {
        file: `${lifecycle}/lifecycle.ts`,
        find: 'if (this.#patience === null) return await ended',
        replace: 'if (this.#patience !== undefined) return await ended',
      },
    ],
    caughtBy: [
      { file: `${lifecycle}/lifecycle.test.ts`, test: 'a stop does not wait for a start that hangs' },
    ],
  },
  {
    id: 'B70',
    finding: 'D11',
    origin,
    description: 'Steps of a stop use up the time for saving positions',
    patches: [
      {
        file: `${lifecycle}/stop-sequence.ts`,
        find: 'return reservedMs + GRACE_MS',
        replace: 'return reservedMs * 0',
      },
    ],
    caughtBy: [
      {
        file: `${lifecycle}/stop-sequence.test.ts`,
        test: 'what is reserved for later steps cannot be used up',
      },
    ],
  },
  {
    id: 'B71',
    finding: 'V',
    origin,
    description: 'Health is good while a sink stores nothing',
    patches: [
      {
        file: `${folder}/pipeline/pipeline-check.ts`,
        find: 'const FAILING_MS = 10_000',
        replace: 'const FAILING_MS = 1e9',
      },
      {
        file: `${folder}/pipeline/pipeline-check.ts`,
        find: 'const SILENT_MS = 60_000',
        replace: 'const SILENT_MS = 1e9',
      },
    ],
    caughtBy: [{ file: pipelineTest, test: 'is named in health with the reason after ten seconds' }],
  },
  {
    id: 'B72',
    finding: 'V',
    origin,
    description: 'Health is good while positions cannot be saved',
    patches: [
      { file: checkpointer, find: 'const LATE_INTERVALS = 3', replace: 'const LATE_INTERVALS = 1e9' },
    ],
    caughtBy: [
      'delivery-day',
      { file: dispatcherTest, test: 'that fails for longer than three intervals is told in health' },
    ],
  },
  {
    id: 'B73',
    finding: 'V',
    origin,
    description: 'Lines that a sink refused are counted as delivered',
    patches: [
      {
        file: pipeline,
        find: 'linesDelivered(this.sink.name, records - refused)',
        replace: 'linesDelivered(this.sink.name, records)',
      },
    ],
    caughtBy: [{ file: pipelineTest, test: 'records that the sink refuses are dead letters and counted' }],
  },
  {
    id: 'B74',
    finding: 'R9',
    origin,
    description: 'A source that is missing from a list loses its position',
    patches: [
      {
        file: store,
        find: 'this.#setGone(entry, this.#options.clock.now())',
        replace: 'this.#remove(id)',
      },
    ],
    caughtBy: [{ file: storeTest, test: 'a source that is gone keeps its position for a day' }],
  },
  {
    id: 'B144',
    finding: 'D4',
    origin,
    description: 'A sink that is switched off before its first record is not remembered',
    patches: [
      {
        file: store,
        find: 'if (text !== null) this.#restore(parsePositions(text))\n      this.#knowConfigured()\n',
        replace: 'if (text !== null) this.#restore(parsePositions(text))\n',
      },
    ],
    caughtBy: [
      { file: storeTest, test: 'a sink is known from its first run on, though it was given nothing' },
    ],
  },
  {
    id: 'B145',
    origin: found,
    description: 'A stop does not save what a sink was making durable when it came',
    patches: [
      {
        file: checkpointer,
        find: 'if (delivery.committed && !positions.dirty) return',
        replace: 'if (delivery.committed) return',
      },
    ],
    caughtBy: [{ file: surroundings, test: 'a stop saves what a sink was making durable when it came' }],
  },
  {
    id: 'B146',
    origin: found,
    description: 'A checkpoint of several sinks that is cancelled leaves a rejection to nobody',
    patches: [
      {
        file: `${folder}/spool/spooled-delivery.ts`,
        find: 'await Promise.all([spooled, ...this.#feeds.map((feed) => this.#commitFeed(feed, options))])',
        replace: `const feeds = this.#feeds.map((feed) => this.#commitFeed(feed, options))
    await spooled
    await Promise.all(feeds)`,
      },
    ],
    caughtBy: [{ file: surroundings, test: 'a stop at any moment of a checkpoint of several sinks' }],
  },
  {
    id: 'B162',
    origin: found,
    description:
      'What a crash left in the spool is not saved with the place of a sink that is new: the next start begins the source anew',
    patches: [
      { file: `${folder}/spool/spool-opening.ts`, find: 'positions.advance(source, position)', replace: '' },
    ],
    caughtBy: [
      {
        file: dispatcherTest,
        test: 'what a crash left in the spool has its positions saved with the place of a sink that is new',
      },
    ],
  },
  {
    id: 'B163',
    origin: found,
    description: 'Records are sent away that a power cut takes: others come to have their ids',
    patches: [
      {
        file: feed,
        find: 'sink.limits.writeDeadlineMs === null ? spool.read(from) : spool.readDurable(from)',
        replace: 'sink ? spool.read(from) : spool.readDurable(from)',
      },
    ],
    caughtBy: [
      {
        file: surroundings,
        test: 'an id names one record for good, though power is cut and the log rotates',
      },
    ],
  },
  {
    id: 'B164',
    origin: found,
    description:
      'Of two that wait for a sync of the spool, one takes the next one that the other begins for done',
    patches: [
      {
        file: `${folder}/spool/spool.ts`,
        find: 'while (this.#syncing !== null) await this.#syncing.catch(() => {})',
        replace: 'await this.#syncing?.catch(() => {})',
      },
    ],
    caughtBy: [
      {
        file: `${folder}/spool/spool.test.ts`,
        test: 'each sync is over only when what was appended before it is on the disk, whoever syncs beside it',
      },
    ],
  },
  {
    id: 'B165',
    origin: found,
    description:
      'NULs that a power cut left at the end of a file stay, when what was there does not come again',
    patches: [
      {
        file: 'reference/sinks/local-file/reconcile.ts',
        find: "if (end === size) return { size, found: 'foreign' }",
        replace: "if (end <= size) return { size, found: 'foreign' }",
      },
    ],
    caughtBy: [
      {
        file: 'reference/sinks/local-file/local-file-sink.test.ts',
        test: 'NULs at the end are cut with the line they lie in, though the lines before them never come again',
      },
    ],
  },
  {
    id: 'B166',
    origin: found,
    description:
      'a stop waits out the back-off of a sink that is right again, and misses what it would have taken',
    patches: [
      {
        file: 'reference/dispatch/pipeline/sink-pipeline.ts',
        find: '    this.#circuit.hurry()\n',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'reference/dispatch/stopping.test.ts',
        test: 'a stop that comes when it is right again misses nothing, though the only sink was away until then, or 0 ms',
      },
    ],
  },
  {
    id: 'B167',
    origin: found,
    description: 'a stop waits out the back-off of a spool that can be written to again',
    patches: [
      {
        file: 'reference/dispatch/spool/spooled-delivery.ts',
        find: '    this.#pause?.hurry()\n',
        replace: '',
      },
    ],
    caughtBy: [
      'delivery-day',
      {
        file: 'reference/dispatch/stopping.test.ts',
        test: 'a stop that comes when it is right again misses nothing, though the spool could not be written to until then, or 0 ms',
      },
    ],
  },
  {
    id: 'B552',
    origin: crashes,
    description:
      'A file that was made and could not be looked at is taken for one that was there: a power cut takes it with what was stored',
    patches: [
      {
        file: 'reference/sinks/local-file/owned-file.ts',
        find: 'const stat = await this.#statOpened(handle)',
        replace: 'const stat = await handle.stat()',
      },
    ],
    caughtBy: [
      {
        file: 'reference/sinks/local-file/local-file-sink-syncing.test.ts',
        test: 'are durable with a sync, whichever one operation failed before',
      },
    ],
  },
  {
    id: 'B563',
    origin: crashes,
    description:
      'Records that lie behind NULs, before which the engine has lost lines, are taken for lines of somebody else: after a power cut they are there twice, and out of order',
    patches: [
      {
        file: 'reference/sinks/local-file/reconcile.ts',
        find: '(await endBeforeRecords(file, records, from, whole)) ?? whole',
        replace: 'whole',
      },
    ],
    caughtBy: [
      {
        file: 'reference/sinks/local-file/reconcile.test.ts',
        test: 'are cut where what lies before them does not come again, and records lie behind them, with the line they lie in',
      },
    ],
  },
  {
    id: 'B565',
    origin: 'The file sink between two releases, found by its property with longer lines',
    description:
      'What a power cut left of records is cut and not synced: of a file that was renamed meanwhile the next power cut brings it back, and records are there twice',
    patches: [
      { file: 'reference/sinks/local-file/reconcile.ts', find: '  await file.sync()\n', replace: '' },
    ],
    caughtBy: [{ file: 'reference/sinks/local-file/reconcile.test.ts', test: 'are cut for good' }],
  },
  {
    id: 'B566',
    origin: 'The file sink between two releases, found by its property with longer lines',
    description:
      'Lines that somebody appended behind what a power cut left hide it: the records are taken for theirs, and written again behind them',
    patches: [
      {
        file: 'reference/sinks/local-file/compare.ts',
        find: 'return known[0] === NUL && known.lastIndexOf(NEWLINE) > known.lastIndexOf(NUL)',
        replace: 'return false',
      },
    ],
    caughtBy: [
      {
        file: 'reference/sinks/local-file/reconcile.test.ts',
        test: 'are cut instead of a record, before lines that somebody wrote since',
      },
    ],
  },
  {
    id: 'B569',
    origin: crashes,
    description:
      'A file that is closed to make room, and of which the disk never answers, keeps all others waiting that need room',
    patches: [
      {
        file: 'reference/lifecycle/open-files.ts',
        find: '      ended()\n      this.#serve()\n',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'reference/lifecycle/open-files.test.ts',
        test: 'one that waits for room gets that of another file when a close takes longer than a second',
      },
    ],
  },
  {
    id: 'B556',
    origin: crashes,
    description: 'A disk that never answers a read of the spool is told by nothing: health is good',
    patches: [
      {
        file: 'reference/dispatch/spool/spool-feed.ts',
        find: "hungText('a read of the spool', this.#readingSinceMs, this.#options.clock.monotonic())",
        replace: 'null',
      },
    ],
    caughtBy: [
      { file: dispatcherTest, test: 'a disk that does not let the spool be read is told' },
      { file: surroundings, test: 'has a {"kind":"hang"} for five minutes while it runs' },
    ],
  },
  {
    id: 'B557',
    origin: 'The collector, broken on purpose',
    description: 'The name of a segment of the spool that could not be synced once is never synced',
    patches: [
      {
        file: 'reference/dispatch/spool/spool.ts',
        find: 'await this.#options.fileSystem.syncDirectory(this.#options.directory)\n    this.#newName = false',
        replace:
          'this.#newName = false\n    await this.#options.fileSystem.syncDirectory(this.#options.directory)',
      },
    ],
    caughtBy: [
      {
        file: `${folder}/spool/spool.test.ts`,
        test: 'before a power, what was appended and synced is there',
      },
    ],
  },
]
