import { agreementText, differenceText, type Agreement } from '../agreement.ts'
import { cellText, outcomesText } from '../comparison-table.ts'
import type { ComparedCell, ComparedCriterion, ComparedPhase, Comparison } from '../comparison.ts'
import { escapeXml as escape } from '../escape-xml.ts'
import { timeText } from '../titles.ts'
import type { ChartedRun } from '../charts.ts'

/** The charts of several runs of a phase. @returns HTML of each */
export type PlaceCharts = (runs: readonly ChartedRun[], phase: string) => readonly string[]

/** Subjects side by side, phase by phase; several runs of one as a history. */
export function comparisonSections({ lanes, phases, agreement }: Comparison, place: PlaceCharts): string {
  const sections = phases.map((phase) => phaseSection(lanes, phase, place))
  return `<section>
<h2>Side by side</h2>
${agreement === null ? '' : agreementSection(agreement)}
${sections.join('\n')}
</section>`
}

function agreementSection(agreement: Agreement): string {
  const { differences } = agreement
  const kind = differences.every(({ why }) => why !== null) ? 'pass' : 'fail'
  return `<p class="${kind}">${escape(agreementText(agreement))}.</p>
<ul>${differences.map((each) => `<li>${escape(differenceText(each))}`).join('')}</ul>`
}

function phaseSection(lanes: readonly string[], phase: ComparedPhase, place: PlaceCharts): string {
  const { verdicts, rows, runs } = phase
  const history = verdicts.some(({ outcomes }) => outcomes.length > 1)
  const charted = runs.map(({ run, lane }) => ({
    run,
    lane,
    label: history ? `${lanes[lane]!}, ${timeText(run)}` : lanes[lane]!,
  }))
  const charts = place(charted, phase.phase)
  const lost = verdicts.map(({ outcomes, lines }) =>
    outcomes.length === 0
      ? '<td>'
      : `<td>${lines.emitted} lines: ${lines.missing} missing, ${lines.duplicated} repeated`,
  )
  return `<h3>${escape(phase.phase)}</h3>
<table class="compared">
<tr><th>criterion<th>allowed${lanes.map((lane) => `<th>${escape(lane)}`).join('')}</tr>
<tr><td>verdict<td>${verdicts.map((verdict) => `<td class="${kindOf(verdict.outcomes)}">${outcomesText(verdict)}`).join('')}</tr>
<tr><td>lines<td>${lost.join('')}</tr>
${rows.map(row).join('\n')}
</table>
<div class="charts">${charts.join('\n')}</div>`
}

function kindOf(outcomes: readonly string[]): string {
  if (outcomes.includes('failed')) return 'fail'
  return outcomes.length > 0 && outcomes.every((outcome) => outcome === 'passed') ? 'pass' : 'open'
}

function row(criterion: ComparedCriterion): string {
  const cells = criterion.cells.map((cell) => {
    if (cell === null) return '<td>'
    const kind = cell.failed > 0 ? 'fail' : cell.passed > 0 ? 'pass' : 'open'
    return `<td class="${kind}">${escape(cellText(cell))}${cell.history.length < 2 ? '' : historyPlot(cell, criterion.limit)}`
  })
  return `<tr><td>${escape(criterion.description)}<td>${escape(criterion.allowed)}${cells.join('')}</tr>`
}

/** A dot for each run, in the order of time, and the limit as a line. */
function historyPlot({ history }: ComparedCell, limit: number): string {
  const known = history.map(({ measured }) => measured).filter((value) => value !== null)
  const [low, high] = [Math.min(limit, ...known), Math.max(limit, ...known)]
  const y = (value: number): number =>
    high === low ? HEIGHT / 2 : PAD + ((high - value) / (high - low)) * (HEIGHT - 2 * PAD)
  const dots = history.map(({ startedAt, measured, pass }, index) => {
    if (measured === null) return ''
    const kind = pass === false ? 'fail' : pass === true ? 'pass' : 'open'
    return `<circle cx="${PAD + index * STEP}" cy="${y(measured).toFixed(1)}" r="3" class="${kind}"><title>${escape(`${startedAt}: ${measured}`)}</title></circle>`
  })
  const width = 2 * PAD + (history.length - 1) * STEP
  return `<svg class="history" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${history.length} runs"><line x1="0" x2="${width}" y1="${y(limit).toFixed(1)}" y2="${y(limit).toFixed(1)}" class="limit"/>${dots.join('')}</svg>`
}

const HEIGHT = 26
const PAD = 5
const STEP = 11
