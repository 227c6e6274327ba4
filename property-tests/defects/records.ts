import type { Defect } from './defect.ts'

const metadataTest = 'reference/docker/container-metadata.test.ts'
const roster = 'reference/docker/container-roster.ts'
const origin = 'Collectors that put what they know of a container beside its lines'

/** What went wrong, there or elsewhere, in what records carry and in which of them are delivered. */
export const RECORDS: readonly Defect[] = [
  {
    id: 'B150',
    origin,
    description: 'A label called image or line takes the place of the field of that name',
    patches: [
      {
        file: 'reference/sinks/record-format.ts',
        find: '[`"labels":{${labels.join(\',\')}}`]',
        replace: 'labels',
      },
    ],
    caughtBy: [{ file: 'reference/sinks/record-format.test.ts', test: 'none takes the place of another' }],
  },
  {
    id: 'B151',
    origin,
    description: 'Labels without a bound are carried by every record and every position',
    patches: [
      {
        file: 'reference/docker/container-metadata.ts',
        find: 'METADATA_LENGTH_MAX = 2048',
        replace: 'METADATA_LENGTH_MAX = Infinity',
      },
    ],
    caughtBy: [{ file: metadataTest, test: 'is bounded, and what does not fit is named' }],
  },
  {
    id: 'B152',
    origin,
    description: 'A container that is renamed keeps its old name in records for as long as it is followed',
    patches: [
      {
        file: roster,
        find: 'if (entry !== undefined) this.#rename(entry, name)',
        replace: 'if (entry !== undefined) break',
      },
    ],
    caughtBy: [{ file: metadataTest, test: 'carry its new name, over a restart too' }],
  },
  {
    id: 'B153',
    origin,
    description: 'After a restart what is read of a renamed container goes to a second file',
    patches: [{ file: roster, find: 'name: known?.name ?? name, attributes', replace: 'name, attributes' }],
    caughtBy: [{ file: metadataTest, test: 'carry its new name, over a restart too' }],
  },
  {
    id: 'B154',
    origin,
    description: 'A rename of which no event told is never noticed',
    patches: [{ file: roster, find: 'if (entry.listedAs === name) this.#rename(entry, name)', replace: '' }],
    caughtBy: [{ file: metadataTest, test: 'carry the new name also where no event told of it' }],
  },
]
