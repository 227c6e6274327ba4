import type { Defect } from './defect.ts'

const folder = 'reference/files'
const monitorTest = `${folder}/file-monitor.test.ts`
const property = {
  file: 'property-tests/files.property.test.ts',
  test: 'comes once and in order, but those that a cut or a removal took',
}
const origin = 'Made up while the file monitor was built, of what other collectors do'

/** What goes wrong in the reading of files. */
export const FILE_MONITOR: readonly Defect[] = [
  {
    id: 'B4',
    origin: 'The Go system: each start of its file monitor left one more goroutine behind',
    description: 'The search for files outlives the stop, and there is one more with every start',
    patches: [
      {
        file: `${folder}/file-monitor.ts`,
        find: 'this.#discover(discovery, context, scope, looked.resolve, own),',
        replace: 'this.#discover(discovery, context, scope, looked.resolve, new AbortController().signal),',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/files.property.test.ts',
        test: 'comes once and in order, but those that a cut or a removal took',
      },
      { file: monitorTest, test: 'after a stop no task, no timer and no file is left' },
    ],
  },
  {
    id: 'B13',
    origin: 'The Go system: watchers and files stayed open after a stop',
    description: 'Files that are read stay open after the stop',
    patches: [
      {
        file: `${folder}/file-monitor.ts`,
        find: 'await this.#openFiles.closeAll()',
        replace: 'await Promise.resolve()',
      },
    ],
    caughtBy: [{ file: monitorTest, test: 'after a stop no task, no timer and no file is left' }, property],
  },
  {
    id: 'B200',
    origin,
    description: 'A file that was cut and has grown beyond the place since then is taken for the same',
    patches: [
      {
        file: `${folder}/file-place.ts`,
        find: 'if (overlapStart(place) === 0) return isPrefix(head, bytes)',
        replace: 'if (overlapStart(place) === 0 || head.length > 0) return true',
      },
      {
        file: `${folder}/file-reads.ts`,
        find: "if (isFirst && !(await this.#beginsAsBefore(this.#records.place!))) return 'changed'",
        replace: '',
      },
    ],
    caughtBy: [
      { file: monitorTest, test: 'and has grown beyond the place since then is known by what is in it' },
      { file: monitorTest, test: 'a file that is removed and made again with the same inode' },
    ],
  },
  {
    id: 'B201',
    origin,
    description: 'What the copy holds that was not read before the cut is given up',
    patches: [
      {
        file: `${folder}/file-tail.ts`,
        find: 'if (rest === null) this.#records.finish()',
        replace: 'if (rest === null || rest.size > 0) this.#records.finish()',
      },
    ],
    caughtBy: [{ file: monitorTest, test: 'is read to the end of the copy, then from its start' }, property],
  },
  {
    id: 'B202',
    origin,
    description: 'A file that was renamed is given up as soon as there is another one at the path',
    patches: [
      {
        file: `${folder}/file-tail.ts`,
        find: 'if (grew || !(await this.#isQuiet())) return grew',
        replace: 'if (grew) return grew',
      },
    ],
    caughtBy: [{ file: monitorTest, test: 'is read to its end, then the next file from its start' }],
  },
  {
    id: 'B203',
    origin,
    description: 'What rotation left unread between two looks is passed over',
    patches: [
      {
        file: `${folder}/file-tail.ts`,
        find: 'if (oldest !== undefined) return oldest',
        replace: 'if (oldest === null) return oldest',
      },
      {
        file: `${folder}/file-tail.ts`,
        find: 'if (oldest === undefined) {',
        replace: 'if (oldest !== null) {',
      },
    ],
    caughtBy: [
      { file: monitorTest, test: 'several times between two looks is read in its order' },
      { file: monitorTest, test: 'while nobody looked is found under its new name' },
      property,
    ],
  },
  {
    id: 'B204',
    origin,
    description: 'Files that were read are not remembered: rotation has them read again',
    patches: [
      {
        file: `${folder}/file-tail.ts`,
        find: 'this.#remember([finished(place)])',
        replace: 'await Promise.resolve()',
      },
    ],
    caughtBy: [{ file: monitorTest, test: 'several times between two looks is read in its order' }, property],
  },
  {
    id: 'B205',
    origin,
    description: 'The line that is open is not kept with the position: a restart cuts its beginning off',
    patches: [
      {
        file: `${folder}/file-records.ts`,
        find: 'this.#open = partial.length === 0 ? null : openLine(partial)',
        replace: 'this.#open = null',
      },
    ],
    caughtBy: [
      { file: `${folder}/file-records.test.ts`, test: 'is kept with the position, over a restart' },
      { file: monitorTest, test: 'a line without its end waits for it' },
    ],
  },
  {
    id: 'B206',
    origin,
    description: 'A log that was removed is held open for ever',
    patches: [
      {
        file: `${folder}/file-tail.ts`,
        find: 'if ((await this.#rotated.find(place)) === null) await this.#reads?.close()',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/files.property.test.ts',
        test: 'comes once and in order, but those that a cut or a removal took',
      },
      { file: monitorTest, test: 'a log that is gone is forgotten, with its last line' },
    ],
  },
  {
    id: 'B207',
    origin,
    description: 'A file that is read under its old name is read again under the new one',
    patches: [
      {
        file: `${folder}/rotated-files.ts`,
        find: 'return owner !== undefined && owner !== this.#source.id',
        replace: 'return owner === null',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/files.property.test.ts',
        test: 'comes once and in order, but those that a cut or a removal took',
      },
      { file: monitorTest, test: 'is not read again under a name that is wanted' },
    ],
  },
  {
    id: 'B208',
    origin,
    description: 'What a directory that cannot be read holds counts as gone',
    patches: [
      {
        file: `${folder}/directories.ts`,
        find: "return code === 'ENOENT' || code === 'ENOTDIR'",
        replace: 'return code !== undefined',
      },
    ],
    caughtBy: [{ file: monitorTest, test: 'a directory that cannot be read is named by health' }],
  },
  {
    id: 'B209',
    origin,
    description:
      'A walk through directories that is cut short by the stop leaves its question to the kernel behind',
    patches: [
      {
        file: `${folder}/discovery.ts`,
        find: 'if (signal.aborted) await Promise.allSettled([reading])',
        replace: '',
      },
    ],
    caughtBy: [
      { file: monitorTest, test: 'a stop in the middle of a search for files leaves nothing behind' },
    ],
  },
]
