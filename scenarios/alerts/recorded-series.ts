import type { MetricSample } from '../probes/prometheus.ts'

/** Samples of many series, taken at equal distances. */
export class RecordedSeries {
  readonly #series = new Map<string, (number | null)[]>()
  #length = 0

  /** What a target said at the next moment. A series it does not tell of has no value then. */
  add(samples: readonly MetricSample[]): void {
    for (const { name, labels, value } of samples) {
      const key = `${name}${selector(labels)}`
      const values = this.#series.get(key) ?? Array.from({ length: this.#length }, () => null)
      values.push(value)
      this.#series.set(key, values)
    }
    this.#length += 1
    for (const values of this.#series.values()) if (values.length < this.#length) values.push(null)
  }

  /** As promtool reads it: the name with its labels, and the values. */
  forPromtool(): { series: string; values: string }[] {
    return [...this.#series].map(([series, values]) => ({ series, values: notation(values) }))
  }
}

function selector(labels: Readonly<Record<string, string>>): string {
  const all = { ...TARGET, ...labels }
  return `{${Object.entries(all)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',')}}`
}

/**
 * promtool's notation: `5` is a value, `5+0x3` the same four times, `_x3` none three times. What a scrape does not tell any more ends with `stale`, as
 * Prometheus marks it.
 */
export function notation(values: readonly (number | null)[]): string {
  const words: string[] = []
  for (let index = 0; index < values.length;) {
    const value = values[index]!
    let end = index + 1
    while (end < values.length && values[end] === value) end++
    const times = end - index
    if (value !== null) words.push(times === 1 ? String(value) : `${value}+0x${times - 1}`)
    else if (index === 0) words.push(`_x${times}`)
    else words.push('stale', ...(times === 1 ? [] : [`_x${times - 1}`]))
    index = end
  }
  return words.join(' ')
}

/** Labels that a scrape adds. */
const TARGET = { instance: 'host:8001', job: 'watertight' }
