import type { Defect } from './defect.ts'

const origin = 'made up, to break one promise about crashes'
const found = 'found by the crash property'

/** The collector broken on purpose, once for each thing that a crash must not do to it. `watertight defects` leaves them out, as those of the invariants. */
export const CRASH_SABOTAGES: readonly Defect[] = [
  {
    id: 'C1',
    origin,
    description: 'Positions are saved before what lies before them is on the disk',
    patches: [
      {
        file: 'reference/dispatch/direct-delivery.ts',
        find: '() => sink.sync(options),',
        replace: 'async () => new Map(),',
      },
    ],
    caughtBy: ['crash-property'],
  },
  {
    id: 'C2',
    origin,
    description: 'The directory of the logs is never synced',
    patches: [
      {
        file: 'reference/sinks/local-file/local-file-sink.ts',
        find: 'if (isSynced && unnamed.length === 0) return',
        replace: 'if (unnamed.length >= 0) return',
      },
    ],
    caughtBy: ['crash-property'],
  },
  {
    id: 'C3',
    origin: found,
    description: 'The directories above the logs are never synced',
    patches: [
      {
        file: 'reference/dispatch/files.ts',
        find: 'for (const parent of parentsOf(path))',
        replace: 'for (const parent of parentsOf(path).slice(9))',
      },
    ],
    caughtBy: ['crash-property'],
  },
  {
    id: 'C4',
    origin: found,
    description: 'A file that a killed process created is taken for synced',
    patches: [
      {
        file: 'reference/sinks/local-file/local-file-sink.ts',
        find: 'const isSynced = this.#namesSynced.has(directory)',
        replace: 'const isSynced = true',
      },
    ],
    caughtBy: ['crash-property'],
  },
  {
    id: 'C5',
    origin,
    description: 'The new positions take the place of the old before they are on the disk',
    patches: [{ file: 'reference/dispatch/files.ts', find: '    await file.sync()\n', replace: '' }],
    caughtBy: ['crash-property'],
  },
  {
    id: 'C6',
    origin,
    description: 'Positions are written over the old ones in place',
    patches: [
      {
        file: 'reference/dispatch/files.ts',
        find: 'const temporary = `${path}.new`',
        replace: 'const temporary = path',
      },
    ],
    caughtBy: ['crash-property'],
  },
  {
    id: 'C7',
    origin,
    description: 'What a killed process wrote and did not commit is written again',
    patches: [
      {
        file: 'reference/sinks/local-file/reconcile.ts',
        find: 'return { present: present + same, length: length + same, size, found }',
        replace: 'return { present: 0, length: size, size, found }',
      },
    ],
    caughtBy: ['crash-property'],
  },
  {
    id: 'C8',
    origin: found,
    description: 'After the first batch that was there already everything is appended',
    patches: [
      {
        file: 'reference/sinks/local-file/owned-file.ts',
        find: '      this.#end = null\n      return { rest: [], continues: false, place: markOf(found.place) }',
        replace:
          '      this.#end = await this.#endOf(handle, found.size)\n      return { rest: [], continues: false, place: markOf(found.place) }',
      },
    ],
    caughtBy: ['crash-property'],
  },
  {
    id: 'C9',
    origin: found,
    description: 'What a power cut left of a write is taken for lines of somebody else',
    patches: [
      {
        file: 'reference/sinks/local-file/compare.ts',
        find: 'byte !== NUL && byte !== expected[at]',
        replace: 'byte !== expected[at]',
      },
    ],
    caughtBy: ['crash-property'],
  },
]
