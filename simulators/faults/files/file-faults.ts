import type { FileFault, FileOperation } from '../../file-system/file-system-fault.ts'
import type { SimulatedFileSystem } from '../../file-system/simulated-file-system.ts'
import { defineFault, type Definitions, type OptionsOf, type ValuesOf } from '../define-fault.ts'
import type { FaultKind } from '../fault.ts'
import {
  bytes,
  fraction,
  milliseconds,
  optional,
  pattern,
  text,
  wholeNumber,
  withDefault,
} from '../parameter.ts'

/** A machine with a simulated file system. */
export interface FileMachine {
  readonly fileSystem: SimulatedFileSystem
}

/** Which operations. */
export interface FileOptions {
  /** Paths it concerns, as they were when the file was opened. Default all. */
  readonly path?: RegExp | undefined
  /** How often it strikes. Default without limit, until it is taken away. */
  readonly times?: number | undefined
  /** Chance that it strikes an operation. Default 1. */
  readonly chance?: number | undefined
}

/** A fault of the file system. */
export type FileFaultKind<Options = object> = FaultKind<Options & FileOptions, FileMachine>

/** The disk is full: a write is cut short there, and then fails with ENOSPC. */
export const noSpace: FileFaultKind<{ readonly afterBytes?: number | undefined }> = fileFault({
  name: 'no-space',
  description:
    'The disk is full after so many bytes more: writes are cut short there and then fail with ENOSPC.',
  parameters: { afterBytes: withDefault(wholeNumber({ min: 0, max: 2 ** 40 }), 0) },
  fault: ({ afterBytes }) => ({ kind: 'no-space', afterBytes }),
})

/** No descriptor is left: opening fails with EMFILE. */
export const tooManyFiles: FileFaultKind = fileFault({
  name: 'too-many-files',
  description: 'No descriptor is left: opening fails with EMFILE.',
  parameters: {},
  operations: ['open'],
  fault: () => ({ kind: 'error', code: 'EMFILE' }),
})

/** The disk is broken: reading, writing and syncing fail with EIO. */
export const ioError: FileFaultKind = fileFault({
  name: 'io-error',
  description: 'The disk is broken: reading, writing and syncing fail with EIO.',
  parameters: {},
  operations: ['read', 'write', 'sync', 'syncDirectory'],
  fault: () => ({ kind: 'error', code: 'EIO' }),
})

/** Nothing may be opened, made, renamed or removed: EACCES. */
export const noAccess: FileFaultKind = fileFault({
  name: 'no-access',
  description: 'Nothing may be opened, made, renamed or removed: EACCES.',
  parameters: {},
  operations: ['open', 'mkdir', 'rename', 'unlink', 'stat', 'readdir'],
  fault: () => ({ kind: 'error', code: 'EACCES' }),
})

/** A read stops somewhere before its end, and says so. */
export const shortRead: FileFaultKind = fileFault({
  name: 'short-read',
  description: 'A read stops somewhere before its end, and says so.',
  parameters: {},
  operations: ['read'],
  fault: () => ({ kind: 'short' }),
})

/** A write stops somewhere before its end, and says so. */
export const shortWrite: FileFaultKind = fileFault({
  name: 'short-write',
  description: 'A write stops somewhere before its end, and says so.',
  parameters: {},
  operations: ['write'],
  fault: () => ({ kind: 'short' }),
})

/** Syncing takes long. */
export const slowSync: FileFaultKind<{ readonly delayMs: number }> = fileFault({
  name: 'slow-sync',
  description: 'Syncing a file or a directory takes long.',
  parameters: { delayMs: milliseconds({ min: 1, max: 3_600_000 }) },
  operations: ['sync', 'syncDirectory'],
  fault: ({ delayMs }) => ({ kind: 'slow', delayMs }),
})

/** A write stops somewhere before its end and fails with EIO, without saying where. */
export const tornWrite: FileFaultKind = fileFault({
  name: 'torn-write',
  description: 'A write stops somewhere before its end and fails with EIO, without saying where.',
  parameters: {},
  fault: () => ({ kind: 'torn' }),
})

/** The power fails at the next operation: every process of the world is dead, and what was not synced is kept, lost or torn. */
export const powerCut: FileFaultKind = fileFault({
  name: 'power-cut',
  description: 'The power fails at the next operation: what was not synced is kept, lost or torn.',
  parameters: {},
  fault: () => ({ kind: 'crash', crash: 'power' }),
})

/** Every process of the world is killed at the next operation, as with kill -9. */
export const processKilled: FileFaultKind = fileFault({
  name: 'process-killed',
  description: 'The process is killed at the next operation, as with kill -9.',
  parameters: {},
  fault: () => ({ kind: 'crash', crash: 'kill' }),
})

/** Somebody removes the file that is open. */
export const unlinkOpen: FileFaultKind = fileFault({
  name: 'unlink-open',
  description: 'Somebody removes the file that is open.',
  parameters: {},
  fault: () => ({ kind: 'unlink' }),
})

/** Somebody renames the file that is open, by default to its path with `.1` behind it. */
export const renameUnder: FileFaultKind<{ readonly to?: string | undefined }> = fileFault({
  name: 'rename-under',
  description: 'Somebody renames the file that is open.',
  parameters: { to: optional(text(), 'its path with .1 behind it') },
  fault: ({ to }) => ({ kind: 'rename', ...(to !== undefined && { to }) }),
})

/** Somebody cuts the file that is open. */
export const truncateUnder: FileFaultKind<{ readonly length?: number | undefined }> = fileFault({
  name: 'truncate-under',
  description: 'Somebody cuts the file that is open.',
  parameters: { length: optional(bytes({ min: 1, max: 2 ** 40 }), 'nothing is left') },
  fault: ({ length }) => ({ kind: 'truncate', ...(length !== undefined && { length }) }),
})

interface FileFaultDefinition<P> {
  readonly name: string
  readonly description: string
  readonly parameters: P
  /** Default those that the fault can befall. */
  readonly operations?: readonly FileOperation[]
  readonly fault: (values: ValuesOf<P>) => FileFault
}

function fileFault<P extends Definitions>({
  parameters,
  operations,
  fault,
  ...definition
}: FileFaultDefinition<P>): FaultKind<OptionsOf<P> & FileOptions, FileMachine> {
  const which = {
    path: optional(pattern(), 'every path'),
    times: optional(wholeNumber({ min: 1, max: 1_000_000 }), 'without limit'),
    chance: withDefault(fraction(), 1),
  }
  const kind = defineFault({
    ...definition,
    target: 'file system',
    lasts: true,
    parameters: { ...parameters, ...which },
    inject: ({ fileSystem }: FileMachine, values: ValuesOf<P> & ValuesOf<typeof which>) => {
      const { path, times, chance } = values
      return fileSystem.disturb(fault(values), { operations, path, times, chance })
    },
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its parameters are these and those that say which operations
  return kind as unknown as FaultKind<OptionsOf<P> & FileOptions, FileMachine>
}
