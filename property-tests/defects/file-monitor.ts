import type { Defect } from './defect.ts'

const folder = 'reference/files'
const monitorTest = `${folder}/file-monitor.test.ts`
const property = {
  file: 'property-tests/files.property.test.ts',
  test: 'comes once and in order, but those that a cut or a removal took',
}
const origin = 'Made up while the file monitor was built, of what other collectors do'
const found = 'Found by the property of files, with other seeds'

const knownPlaceDropped = {
  file: `${folder}/rotated-files.ts`,
  find: ', place: inCopy(place, stat) }',
  replace: ' }',
}

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
        find: 'if (rest === null) {',
        replace: 'if (rest === null || rest.size > 0) {',
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
        find: 'if (oldest === undefined) return false',
        replace: 'if (oldest !== null) return false',
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
        find: 'this.#remember([...copies, finished(place)])',
        replace: 'if (copies === null) return',
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
        find: 'if (owner === undefined || owner.source === this.#source.id) return false',
        replace: 'if (owner !== null) return false',
      },
    ],
    caughtBy: [{ file: monitorTest, test: 'is not read again under a name that is wanted' }],
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
  {
    id: 'B520',
    origin: found,
    description: 'A log that is forgotten while its directory is away is read again when it comes back',
    patches: [
      {
        file: `${folder}/file-tail.ts`,
        find: 'await this.#give(place, [...copies.shorter, ...rest])',
        replace: 'await this.#leave()\n      if (rest.length < 2) this.#records.finish()',
      },
    ],
    caughtBy: [{ file: monitorTest, test: 'has nothing in it read again' }],
  },
  {
    id: 'B521',
    origin: found,
    description:
      'Where reading of a rotated file goes on is kept though more of it was read since: it is read again and again',
    patches: [
      {
        file: `${folder}/rotated-files.ts`,
        find: 'checked.known === known && ',
        replace: '',
      },
    ],
    caughtBy: [{ file: monitorTest, test: 'has the file read that nothing was read of, once' }],
  },
  {
    id: 'B522',
    origin: found,
    description: 'A file that is gone before anything of it was read counts as read to its end',
    patches: [
      {
        file: `${folder}/file-tail.ts`,
        find: 'this.#seenBytes = seenBytes\n',
        replace: 'this.#seenBytes = Math.min(0, seenBytes)\n',
      },
    ],
    caughtBy: [{ file: monitorTest, test: 'has the file read that nothing was read of, once' }],
  },
  {
    id: 'B523',
    origin: found,
    description:
      'A file that was copied, cut and renamed before anything of it was read comes before its copy',
    patches: [
      {
        file: `${folder}/file-tail.ts`,
        find: 'if (offset === 0 && (await this.#goBack(place))) return true',
        replace: '',
      },
    ],
    caughtBy: [
      { file: monitorTest, test: 'is read after the copy that was made of it, though it was renamed since' },
    ],
  },
  {
    id: 'B524',
    origin: found,
    description: 'A file with the inode of one that was removed unread is read as that log',
    patches: [
      {
        file: `${folder}/rotated-files.ts`,
        find: 'return place.head.length === 0 ? null : ((await listing?.pathOf(place)) ?? null)',
        replace: 'return (await listing?.pathOf(place)) ?? null',
      },
    ],
    caughtBy: [
      { file: monitorTest, test: 'is not taken for another log that has its inode since it was removed' },
    ],
  },
  {
    id: 'B525',
    origin: found,
    description: "A copy with the inode of another log's file, which was removed unread, is passed over",
    patches: [
      {
        file: `${folder}/rotated-files.ts`,
        find: 'if (owner.head.length === 0) return null',
        replace: 'if (owner.head.length === 0) return true',
      },
    ],
    caughtBy: [
      { file: monitorTest, test: 'and that was removed keeps no copy with its inode from being read first' },
    ],
  },
  {
    id: 'B526',
    origin: found,
    description:
      'A cut while the directory is away is taken for one without a copy, and the copy is read again',
    patches: [
      {
        file: `${folder}/file-tail.ts`,
        find: 'if (copies === null) return await this.#cutWhileAway()',
        replace: 'if (copies === null) return await this.#give(place)',
      },
    ],
    caughtBy: [{ file: monitorTest, test: 'while a file was cut has the copy of it not read again' }],
  },
  {
    id: 'B527',
    origin: found,
    description: 'The copy of a file that was removed is not looked for: it is read again from its start',
    patches: [
      {
        file: `${folder}/file-tail.ts`,
        find: 'const copies = await this.#copiesOf(place)\n    const next',
        replace: 'const copies: Copies = { rest: null, shorter: [] }\n    const next',
      },
    ],
    caughtBy: [
      { file: monitorTest, test: 'a file that was copied and removed is read to the end of the copy' },
    ],
  },
  {
    id: 'B528',
    origin: found,
    description:
      'A file is given up before it is known where the next one begins: a failure then has all of that one read',
    patches: [
      {
        file: `${folder}/file-tail.ts`,
        find: "const begun = await this.#placeOf(next)\n    this.#context.report(this.source, { kind: 'rotated' })\n    await this.#give(this.#records.place!)\n",
        replace:
          "this.#context.report(this.source, { kind: 'rotated' })\n    await this.#give(this.#records.place!)\n    const begun = await this.#placeOf(next)\n",
      },
      knownPlaceDropped,
    ],
    caughtBy: [
      {
        file: monitorTest,
        test: 'a next file that cannot always be read is begun where it was to be begun',
      },
    ],
  },
  {
    id: 'B532',
    origin: found,
    description:
      'Where reading goes on in the file that a copy was made of is asked of that file again, which may have been cut by then',
    patches: [knownPlaceDropped],
    caughtBy: [
      {
        file: 'property-tests/files-wide.property.test.ts',
        test: 'but those that a cut or a removal took: seed 7',
      },
    ],
  },
  {
    id: 'B533',
    origin: 'The whole change, read once more: no test saw it',
    description:
      'How a file begins that was empty when it was met stays unknown: a log beside it waits for ever',
    patches: [
      {
        file: `${folder}/file-tail.ts`,
        find: 'if (place.head === this.#claimedHead) return',
        replace: 'return',
      },
    ],
    caughtBy: [
      { file: monitorTest, test: 'a file that another log read from its beginning on is told apart' },
    ],
  },
  {
    id: 'B529',
    origin: found,
    description: 'A search for rotated files goes on over the stop, for as long as the disk takes',
    patches: [
      {
        file: `${folder}/rotated-files.ts`,
        find: 'this.#of.signal().throwIfAborted()\n    const listing',
        replace: 'const listing',
      },
      {
        file: `${folder}/rotated-files.ts`,
        find: 'signal.throwIfAborted()\n    return',
        replace: 'return',
      },
      {
        file: `${folder}/rotated-files.ts`,
        find: 'signal.throwIfAborted()\n        const buffer',
        replace: 'const buffer',
      },
    ],
    caughtBy: [{ file: monitorTest, test: 'a stop while a disk is slow' }],
  },
  {
    id: 'B530',
    origin: found,
    description: 'The copy of a file that was given up is read again from its start',
    patches: [
      {
        file: `${folder}/file-place.ts`,
        find: 'return bytes.length === Math.min(offset, TAIL_BYTES) && crc32(bytes) === tail',
        replace: 'return bytes.length < 0 && offset === tail',
      },
    ],
    caughtBy: [
      {
        file: monitorTest,
        test: 'for so long that it is forgotten has the copy of a file read from where that was read',
      },
    ],
  },
  {
    id: 'B531',
    origin: found,
    description:
      'A file with the number of one that another log read is passed over until that log has noticed',
    patches: [
      {
        file: `${folder}/rotated-files.ts`,
        find: 'return isPrefix(owner.head, await this.headOf(path, stat))',
        replace: 'return true',
      },
    ],
    caughtBy: [
      { file: monitorTest, test: 'has the inode of one that another log read is read in its order' },
    ],
  },
]
