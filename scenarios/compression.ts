/** Durations of the collector's configuration that compression divides, milliseconds. */
export interface CompressedDurations {
  readonly rotationInterval: number
  readonly readTimeout: number
  readonly heartbeat: number
  readonly healthCheckDelay: number
  readonly slotTurn: number
  readonly reconnectInterval: number
}

/**
 * What they are at full length, divided: whole milliseconds, at least 1. The pause and the deadlines of open and close stay as
 * they are.
 */
export function compressedDurations(compress: number): CompressedDurations {
  const divided = (ms: number): number => Math.max(1, Math.round(ms / compress))
  return {
    rotationInterval: divided(300_000),
    readTimeout: divided(30_000),
    heartbeat: divided(30_000),
    healthCheckDelay: divided(30_000),
    slotTurn: divided(5_000),
    reconnectInterval: divided(30_000),
  }
}
