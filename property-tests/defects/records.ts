import type { Defect } from './defect.ts'

const metadataTest = 'reference/docker/container-metadata.test.ts'
const filter = 'reference/docker/container-filter.ts'
const labelTest = 'reference/docker/label-settings.test.ts'
const filterTest = 'reference/docker/stages/line-filter.test.ts'
const maker = 'reference/docker/reading/record-maker.ts'
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
    caughtBy: ['delivery-day', { file: metadataTest, test: 'carry its new name, over a restart too' }],
  },
  {
    id: 'B153',
    origin,
    description: 'After a restart what is read of a renamed container goes to a second file',
    patches: [
      {
        file: 'reference/docker/admission.ts',
        find: 'name: known?.name ?? name, attributes',
        replace: 'name, attributes',
      },
    ],
    caughtBy: ['delivery-day', { file: metadataTest, test: 'carry its new name, over a restart too' }],
  },
  {
    id: 'B154',
    origin,
    description: 'A rename of which no event told is never noticed',
    patches: [{ file: roster, find: 'if (entry.listedAs === name) this.#rename(entry, name)', replace: '' }],
    caughtBy: [
      'delivery-day',
      { file: metadataTest, test: 'carry the new name also where no event told of it' },
    ],
  },
  {
    id: 'B155',
    origin,
    description:
      'Other patterns for lines give records the numbers of others, and a sink that knows those drops them',
    patches: [{ file: maker, find: ' || digests.lineFilter !== lineFilter', replace: '' }],
    caughtBy: [{ file: filterTest, test: 'others begin another epoch' }],
  },
  {
    id: 'B156',
    origin,
    description: 'Lines that patterns leave out are not counted',
    patches: [{ file: maker, find: "this.#note('filtered')", replace: 'undefined' }],
    caughtBy: [{ file: filterTest, test: 'are left out, told, and the position is behind them' }],
  },
  {
    id: 'B157',
    origin,
    description: 'The position stays before lines that are left out: they are read again after every restart',
    patches: [
      {
        file: maker,
        find: 'this.#moved = true\n    if (this.#since !== null && this.#isTooOld(buffer, start)) return\n    this.#assembler.add(stream, buffer, start, end)',
        replace:
          'this.#assembler.add(stream, buffer, start, end)\n    this.#moved ||= this.#builder.count > 0',
      },
    ],
    caughtBy: [{ file: filterTest, test: 'none of them is read again' }],
  },
  {
    id: 'B158',
    origin,
    description: 'The label watertight.enable is no setting: the filters decide alone',
    patches: [{ file: filter, find: 'if (enable !== null) return enable', replace: '' }],
    caughtBy: [{ file: labelTest, test: 'goes before the filters, both ways' }],
  },
  {
    id: 'B159',
    origin: 'Collectors that run in a container of the engine they collect from',
    description: 'The collector collects its own log, and each line it writes of that makes another',
    patches: [
      {
        file: filter,
        find: 'if (filters.excludeSelf && container.id === ownId) return false',
        replace: '',
      },
    ],
    caughtBy: [{ file: labelTest, test: 'own container is not collected, unless' }],
  },
  {
    id: 'B160',
    origin,
    description: 'The label watertight.format is no setting: every file has the format of the configuration',
    patches: [
      {
        file: 'reference/sinks/record-format.ts',
        find: "own === 'raw' || own === 'json' ? own : usual",
        replace: 'usual',
      },
    ],
    caughtBy: [{ file: labelTest, test: "is the format of the container's own file" }],
  },
  {
    id: 'B161',
    origin,
    description: 'A label with a value that is not allowed switches a container off, and nobody is told',
    patches: [
      {
        file: 'reference/docker/label-settings.ts',
        find: "(value === 'true' || value === 'false' ? { enable: value === 'true' } : null)",
        replace: "({ enable: value === 'true' })",
      },
    ],
    caughtBy: [{ file: labelTest, test: 'with another value says nothing, and the log says so once' }],
  },
]
