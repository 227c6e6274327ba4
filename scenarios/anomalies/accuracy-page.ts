import { ANOMALY_KINDS, type AnomalyKind } from '../../reference/anomalies/anomaly.ts'
import { LABELLED_DAYS, LEARNING_DAYS, type Accuracy, type KindScore, type Score } from './evaluate.ts'
import { SOURCES } from './labelled-source.ts'

/** Drawn by none of those that the detector was made with. */
export const SEEDS: readonly number[] = [101, 102, 103]

/** What a test demands of all seeds together. */
export const BOUNDS: Readonly<Record<AnomalyKind, { readonly precision: number; readonly recall: number }>> =
  {
    rate_high: { precision: 0.6, recall: 0.8 },
    rate_low: { precision: 0.9, recall: 0.8 },
    new_template: { precision: 0.9, recall: 0.8 },
    mix_shift: { precision: 0.9, recall: 0.8 },
  }

/** Of all seeds together. */
export function scoreOf(all: readonly Accuracy[], kind: AnomalyKind): KindScore {
  return all
    .map(({ kinds }) => kinds[kind])
    .reduce((sum, one) => ({
      labels: sum.labels + one.labels,
      found: sum.found + one.found,
      findings: sum.findings + one.findings,
      right: sum.right + one.right,
    }))
}

/** The page docs/anomaly-accuracy.md. */
export function accuracyPage(all: readonly Accuracy[]): string {
  const lines = all.reduce((sum, accuracy) => sum + accuracy.lines, 0)
  return `# What the anomaly detector finds

\`npm run anomalies\` generates the data, runs the detector with its defaults over them, and prints this page (\`-- --write\` writes it). The data are the project's own, and only
as hard as they were made: what your programs write is something else. The detector's constants were chosen on other seeds of the same generator.

${SOURCES.length} sources write for ${LEARNING_DAYS} days as usual, then for ${LABELLED_DAYS} with what is labelled; seeds ${all.map(({ seed }) => seed).join(', ')}, ${lines} lines in all.

${SOURCES.map(({ name, description }) => `- \`${name}\`: ${description}`).join('\n')}

A finding is right where a label of its kind and its source is going on, or was over less than 3 minutes ago (a mix: 11). A label is found where a finding is right by it.
A test keeps precision and recall from falling below the bounds.

${table(
  ['kind', 'findings', 'right', 'precision', 'bound', 'labels', 'found', 'recall', 'bound'],
  ANOMALY_KINDS.map((kind) => {
    const { labels, found, findings, right } = scoreOf(all, kind)
    const { precision, recall } = BOUNDS[kind]
    const [ofFindings, ofLabels] = [share(right, findings), share(found, labels)]
    return [kind, findings, right, ofFindings, precision, labels, found, ofLabels, recall]
  }),
)}

${table(
  ['label', 'labels', 'found'],
  Array.from(labelScores(all), ([description, { labels, found }]) => [description, labels, found]),
)}

What cannot be found is a new kind of line in free text, in which every line is of a new kind. Wrong are mostly rare peaks of \`gateway\`, which are nothing
unusual but come too seldom to be learnt within two hours.
`
}

function labelScores(all: readonly Accuracy[]): Map<string, Score> {
  const scores = new Map<string, Score>()
  for (const { labels } of all)
    for (const [description, { labels: count, found }] of labels) {
      const before = scores.get(description) ?? { labels: 0, found: 0 }
      scores.set(description, { labels: before.labels + count, found: before.found + found })
    }
  return new Map([...scores].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : (part / whole).toFixed(2)
}

function table(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [titles, titles.map(() => '---'), ...rows]
  return cells.map((row) => `| ${row.join(' | ')} |`).join('\n')
}
