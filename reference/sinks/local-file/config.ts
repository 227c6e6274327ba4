import type { z } from 'zod'
import { section } from '../../config/section.ts'
import { count, durationFrom, flag, oneOf, sizeFrom, text } from '../../config/values.ts'
import type { RecordFormat } from '../record-format.ts'

export interface LocalFileSinkConfig {
  readonly enabled: boolean
  readonly directory: string
  readonly maxOpenFiles: number
  readonly format: RecordFormat
  readonly rotate: RotationConfig
}

/** When the local file sink begins a new file, and what becomes of the old ones. */
export interface RotationConfig {
  /** A file is not made longer than this, unless one record is, or the first batch after a start. Null: for no size. */
  readonly maxSize: number | null
  /** A file is begun anew at the first record after it was written to for this long. Null: at no age. */
  readonly maxAgeMs: number | null
  /** Rotated files kept per source. */
  readonly maxFiles: number
  readonly compress: 'none' | 'gzip'
}

const rotate = section({
  max_size: sizeFrom('1KiB', '1024GiB').nullable().default(null),
  max_age: durationFrom('1s', '10000h').nullable().default(null),
  max_files: count(1, 100_000).default(10),
  compress: oneOf(['none', 'gzip']).default('none'),
}).transform((values) => ({
  maxSize: values.max_size,
  maxAgeMs: values.max_age,
  maxFiles: values.max_files,
  compress: values.compress,
}))

export const localFileSchema: z.ZodType<LocalFileSinkConfig> = section({
  enabled: flag.default(true),
  directory: text.default('./data/logs'),
  max_open_files: count(1, 100_000).default(100),
  format: oneOf(['raw', 'json']).default('raw'),
  rotate,
}).transform((values) => ({
  enabled: values.enabled,
  directory: values.directory,
  maxOpenFiles: values.max_open_files,
  format: values.format,
  rotate: values.rotate,
}))
