import type { Defect } from './defect.ts'

const folder = 'reference/sinks/local-file'
const sink = `${folder}/local-file-sink.ts`
const sinkTest = `${folder}/local-file-sink.test.ts`
const formatTest = 'reference/sinks/record-format.test.ts'
const origin =
  'The collector at b5e9cc7, writing to files that others touch, to slow disks and to standard output'

/** What went wrong in the sinks of this machine: files and standard output. */
export const FILES: readonly Defect[] = [
  {
    id: 'B80',
    finding: 'D1',
    origin,
    description:
      'A sync goes on while anything is written: with two busy files and a slow disk it never ends',
    patches: [
      {
        file: sink,
        find: 'await Promise.all(Array.from({ length: PARALLEL_SYNCS }, worker))',
        replace: `await Promise.all(Array.from({ length: PARALLEL_SYNCS }, worker))
    for (let more = true, rounds = 0; more && rounds < 100; rounds++) {
      await this.#options.clock.sleep(1, { signal })
      more = false
      for (const [id, file] of this.#files) if (file.dirty) { more = true; await this.#syncFile(id, file, signal) }
    }`,
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/collector.surroundings.test.ts',
        test: 'positions are saved while two files are written to faster than they are synced',
      },
      { file: sinkTest, test: 'ends while two files are written to without a pause and the disk is slow' },
    ],
  },
  {
    id: 'B81',
    finding: 'D1',
    origin,
    description: 'A file whose sync hangs counts as durable at the next sync',
    patches: [{ file: sink, find: 'file.dirty || this.#syncing.has(id)', replace: 'file.dirty' }],
    caughtBy: [{ file: sinkTest, test: 'a file that hangs holds up neither the others nor the next sync' }],
  },
  {
    id: 'B82',
    finding: 'D6',
    origin,
    description:
      'Nobody looks whether the file is still the one of its name: acknowledged lines go to one that was removed',
    patches: [
      {
        file: `${folder}/owned-file.ts`,
        find: 'const CHECK_MS = 1000',
        replace: 'const CHECK_MS = Infinity',
      },
    ],
    caughtBy: [{ file: sinkTest, test: 'when somebody else removes the file' }],
  },
  {
    id: 'B83',
    finding: 'D7',
    origin,
    description: 'A long name gives a path that cannot be opened',
    patches: [
      {
        file: `${folder}/file-name.ts`,
        find: 'const NAME_BYTES_MAX = 200',
        replace: 'const NAME_BYTES_MAX = Infinity',
      },
    ],
    caughtBy: [{ file: `${folder}/file-name.test.ts`, test: 'a long name is cut to 200 bytes' }],
  },
  {
    id: 'B84',
    finding: 'D15',
    origin,
    description: 'Descriptors of containers that are gone come back with the next sync',
    patches: [
      { file: sink, find: 'if (file.dirty) await file.sync().catch(() => {})', replace: '' },
      { file: sink, find: 'if (this.#gone.has(id)) await file.close()', replace: '' },
    ],
    caughtBy: [{ file: sinkTest, test: 'of a source that is gone do not come back with the next sync' }],
  },
  {
    id: 'B85',
    finding: 'D15',
    origin,
    description: 'A file that is opened while everything is being closed stays open',
    patches: [
      {
        file: 'reference/lifecycle/open-files.ts',
        find: 'if (this.#closing > 0) throw closingError()',
        replace: '',
      },
      {
        file: 'reference/lifecycle/open-files.ts',
        find: 'while (entry.inUse) await this.#released.wait({ signal: NEVER })',
        replace: 'if (!entry.file.isOpen) return',
      },
    ],
    caughtBy: [{ file: sinkTest, test: 'opened while everything is being closed are closed too' }],
  },
  {
    id: 'B295',
    origin,
    description: 'Who waits for an open file is served last when others ask for it without a pause',
    patches: [
      {
        file: 'reference/lifecycle/open-files.ts',
        find: 'for (const request of this.#requests) {',
        replace: 'for (const request of [...this.#requests].toReversed()) {',
      },
    ],
    caughtBy: [{ file: 'reference/lifecycle/open-files.test.ts', test: 'files come in the order' }],
  },
  {
    id: 'B86',
    finding: 'D5',
    origin,
    description: 'A write to standard output that is no longer waited for is begun again beside itself',
    patches: [
      {
        file: 'reference/sinks/stdout/stdout-sink.ts',
        find: 'await Promise.race([this.#last, aborted])\n',
        replace: '',
      },
    ],
    caughtBy: [
      { file: 'reference/sinks/stdout/stdout-sink.test.ts', test: 'one write is under way at a time' },
    ],
  },
  {
    id: 'B87',
    finding: 'D16',
    origin,
    description: 'In JSON a byte order mark is dropped',
    patches: [
      {
        file: 'reference/sinks/record-format.ts',
        find: "new TextDecoder('utf-8', { ignoreBOM: true })",
        replace: "new TextDecoder('utf-8')",
      },
    ],
    caughtBy: [{ file: formatTest, test: 'a byte order mark, NUL, ESC and CR come through' }],
  },
  {
    id: 'B88',
    finding: 'D16',
    origin,
    description: 'A line that is too long is cut inside a character',
    patches: [
      {
        file: 'reference/docker/reading/parsing/line-cut.ts',
        find: 'return (byte & 0xc0) === 0x80',
        replace: 'return byte < 0',
      },
    ],
    caughtBy: [
      {
        file: 'reference/docker/reading/parsing/line-assembler.test.ts',
        test: 'a line that is too long is cut between characters',
      },
    ],
  },
  {
    id: 'B89',
    finding: 'D16',
    origin,
    description: 'A line that somebody else wrote to the end of the file is cut off',
    patches: [
      {
        file: `${folder}/reconcile.ts`,
        find: 'if (isHole(held.subarray(same), rest.subarray(same)))',
        replace: 'if (same >= 0)',
      },
    ],
    caughtBy: [
      {
        file: 'reference/sinks/local-file/local-file-sink.property.test.ts',
        test: 'every record is in one of the files and in order',
      },
      { file: sinkTest, test: 'lines of somebody else are kept, and told' },
    ],
  },
  {
    id: 'B90',
    finding: 'D16',
    origin,
    description: 'A container whose name has ../ in it writes outside of the directory',
    patches: [
      {
        file: `${folder}/file-name.ts`,
        find: '.replace(/[^\\w.\\- ]/gu,',
        replace: '.replace(/[^\\s\\S]/gu,',
      },
    ],
    caughtBy: [{ file: `${folder}/file-name.test.ts`, test: 'a name cannot leave the directory' }],
  },
  {
    id: 'B147',
    finding: 'D5',
    origin,
    description: 'What standard output took after a stop gave it up is written again by the next start',
    patches: [
      {
        file: 'reference/sinks/stdout/stdout-sink.ts',
        find: 'this.#noteUntold(batch)',
        replace: 'void batch',
      },
    ],
    caughtBy: [
      {
        file: 'reference/sinks/stdout/stdout-sink.test.ts',
        test: 'what a write that was no longer waited for has written is not written again',
      },
    ],
  },
]
