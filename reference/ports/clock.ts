/**
 * The only source of time. Production plugs in Node's timers, the virtual world its event queue;
 * nothing else in the collector asks what time it is.
 */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch. May step in either direction. */
  now(): number
  /** Milliseconds since an arbitrary origin. Never goes back. Use it for every duration. */
  monotonic(): number
  /**
   * Resolves once `ms` milliseconds have passed (at once, but asynchronously, for 0 or less).
   * Rejects with `signal.reason` when the signal is or becomes aborted. On every way out the timer is cleared
   * and the listener on the signal is removed.
   */
  sleep(ms: number, options: { signal: AbortSignal }): Promise<void>
  /** Calls `run` once `ms` milliseconds have passed, unless it is disposed before. Cheaper than a sleep, for waits that nearly always end early. */
  after(ms: number, run: () => void): Disposable
}
