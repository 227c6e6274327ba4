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
  },
  {
    id: 'C2',
    origin,
    description: 'The directory of the logs is never synced',
    patches: [
      {
        file: 'reference/sinks/local-file-sink.ts',
        find: 'if (this.#directoryReady && this.#newNames) await this.#syncNames()',
        replace: 'if (this.#options === undefined) await this.#syncNames()',
      },
    ],
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
  },
  {
    id: 'C4',
    origin: found,
    description: 'A file that a killed process created is taken for synced',
    patches: [
      {
        file: 'reference/sinks/local-file-sink.ts',
        find: '  #newNames = true\n\n  constructor',
        replace: '  #newNames = false\n\n  constructor',
      },
    ],
  },
  {
    id: 'C5',
    origin,
    description: 'The new positions take the place of the old before they are on the disk',
    patches: [{ file: 'reference/dispatch/files.ts', find: '    await file.sync()\n', replace: '' }],
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
  },
  {
    id: 'C7',
    origin,
    description: 'What a killed process wrote and did not commit is written again',
    patches: [
      {
        file: 'reference/sinks/local-file-sink.ts',
        find: 'if (size <= committed) return',
        replace: 'if (size <= Infinity) return',
      },
    ],
  },
  {
    id: 'C8',
    origin: found,
    description: 'After the first batch that was there already everything is appended',
    patches: [
      {
        file: 'reference/sinks/local-file-sink.ts',
        find: 'file.length = start.isEnd ? length : null',
        replace: 'file.length = length',
      },
    ],
  },
  {
    id: 'C9',
    origin: found,
    description: 'What a power cut left of a write is taken for lines of somebody else',
    patches: [
      {
        file: 'reference/sinks/reconcile.ts',
        find: 'const isHole = held[same] === NUL',
        replace: 'const isHole = held[same] === -1',
      },
    ],
  },
]
