/** Looks into the process that it runs in, for whoever looks for a leak or for what takes the processor. */
export interface Diagnostics {
  /**
   * What is on the heap, in the form that Chrome's developer tools read, piece by piece. Nothing else happens while it is begun: that takes about a second
   * for 100 MB. Whoever takes its iterator ends it.
   */
  heapSnapshot(): AsyncIterable<Uint8Array>
  /** Which functions the processor spent its time in for so many milliseconds, as JSON in the form that those tools read. Rejects with `signal.reason` on abort. */
  cpuProfile(ms: number, options: { signal: AbortSignal }): Promise<string>
}
