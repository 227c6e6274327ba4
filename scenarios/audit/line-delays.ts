import type { Column, DelaySummary } from '../observations.ts'

/** When the lines of containers were written, milliseconds since the epoch, by container and number of the line. */
export type WrittenLines = ReadonlyMap<string, ReadonlyMap<number, number>>

/** Remembers when each line came for the first time. */
export class LineDelays {
  readonly #arrived = new Map<string, Map<number, number>>()

  /** @param atMs milliseconds since the epoch */
  saw(container: string, line: number, atMs: number): void {
    const lines = this.#arrived.get(container) ?? new Map<number, number>()
    this.#arrived.set(container, lines)
    if (!lines.has(line)) lines.set(line, atMs)
  }

  /** `null` where of no line both is known. */
  summary(written: WrittenLines): DelaySummary | null {
    const delays = this.#delays(written).map(({ delayMs }) => delayMs)
    return delays.length === 0 ? null : { count: delays.length, ...quantiles(delays) }
  }

  /**
   * What was usual, and what the slowest one in a hundred took, of the lines that came between one sample and the next.
   * @param sampledAtMs of each sample, milliseconds since the epoch
   */
  columns(
    written: WrittenLines,
    sampledAtMs: readonly number[],
  ): { delayP50Ms: Column | null; delayP99Ms: Column | null } {
    const groups: number[][] = sampledAtMs.map(() => [])
    const inOrder = this.#delays(written).toSorted((a, b) => a.atMs - b.atMs)
    let sample = 0
    for (const { atMs, delayMs } of inOrder) {
      while (sample < sampledAtMs.length && sampledAtMs[sample]! < atMs) sample += 1
      groups[sample]?.push(delayMs)
    }
    if (groups.every((group) => group.length === 0)) return { delayP50Ms: null, delayP99Ms: null }
    const known = groups.map((group) => (group.length === 0 ? null : quantiles(group)))
    return {
      delayP50Ms: known.map((group) => group?.p50Ms ?? null),
      delayP99Ms: known.map((group) => group?.p99Ms ?? null),
    }
  }

  /** Stamps of an engine may be a moment ahead of the clock that is looked at here: no line comes before it is written. */
  #delays(written: WrittenLines): { atMs: number; delayMs: number }[] {
    return [...this.#arrived].flatMap(([container, lines]) => {
      const writtenAt = written.get(container)
      return [...lines].flatMap(([line, atMs]) => {
        const writtenMs = writtenAt?.get(line)
        return writtenMs === undefined ? [] : [{ atMs, delayMs: Math.max(0, atMs - writtenMs) }]
      })
    })
  }
}

/** The smallest value that so many of the values do not exceed. Of at least one. */
function quantiles(values: readonly number[]): { p50Ms: number; p99Ms: number; maxMs: number } {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) }
}
