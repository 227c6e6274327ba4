/** One sample of a Prometheus exposition. */
export interface MetricSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Parses the text format 0.0.4. Comments and lines that are not samples are skipped. */
export function parseExposition(text: string): MetricSample[] {
  return text.split('\n').flatMap((line) => {
    const match = SAMPLE.exec(line)
    const [, name, labels, value] = match ?? []
    if (name === undefined || value === undefined) return []
    return [{ name, labels: parseLabels(labels ?? ''), value: toNumber(value) }]
  })
}

/**
 * Sum of every sample that a selector names, such as `tasks_total` or `errors_total{type="timeout"}`; `null` when there is none.
 * Labels that the selector does not name do not matter.
 */
export function sumOf(samples: readonly MetricSample[], selector: string): number | null {
  const values = select(samples, selector).map((sample) => sample.value)
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
}

/** As {@link sumOf}, for each value of a label. */
export function sumByLabel(
  samples: readonly MetricSample[],
  selector: string,
  label: string,
): Map<string, number> {
  const sums = new Map<string, number>()
  for (const sample of select(samples, selector)) {
    const key = sample.labels[label] ?? ''
    sums.set(key, (sums.get(key) ?? 0) + sample.value)
  }
  return sums
}

function select(samples: readonly MetricSample[], selector: string): MetricSample[] {
  const [, name, labels] = SELECTOR.exec(selector.trim()) ?? []
  const wanted = Object.entries(parseLabels(labels ?? ''))
  return samples.filter(
    (sample) => sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value),
  )
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  for (const [, key, value] of text.matchAll(LABEL)) {
    if (key !== undefined && value !== undefined) labels[key] = unescape(value)
  }
  return labels
}

function unescape(value: string): string {
  return value.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
}

function toNumber(text: string): number {
  return Number(text.replace('Inf', 'Infinity'))
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+([^\s]+)(?:\s+\d+)?\s*$/
const SELECTOR = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g
