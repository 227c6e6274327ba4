/** Durations of the collector's configuration at full length, milliseconds: the ones that compression divides. */
const FULL_LENGTH = {
  rotationInterval: 300_000,
  readTimeout: 30_000,
  heartbeat: 30_000,
  healthCheckDelay: 30_000,
  slotTurn: 5_000,
  reconnectInterval: 30_000,
} as const

export type CompressedDurations = Readonly<Record<keyof typeof FULL_LENGTH, number>>

/** The compressed durations, whole milliseconds, at least 1. The pause and the deadlines of open and close stay as they are. */
export function compressedDurations(compress: number): CompressedDurations {
  const entries = Object.entries(FULL_LENGTH).map(([key, ms]) => [
    key,
    Math.max(1, Math.round(ms / compress)),
  ])
  return Object.fromEntries(entries) as CompressedDurations
}
