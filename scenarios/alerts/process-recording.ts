/** What only a real process can tell of itself. */
export const PROCESS_METRICS = [
  'process_resident_memory_bytes',
  'process_max_fds',
  'log_capturer_open_file_descriptors',
  'log_capturer_goroutines',
] as const

/** Samples of a real process, a phase minute apart; null where it did not tell. */
export interface ProcessRecording {
  /** The known bug that was put back, or `null`. */
  readonly defect: string | null
  readonly compress: number
  readonly samples: Readonly<Record<string, (number | null)[]>>
}
