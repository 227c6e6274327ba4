import type { CriterionResult } from '../criteria/verdict.ts'
import type { Column, Series } from '../observations.ts'
import { conclusionsOf, conclusionText } from './conclusions.ts'
import { escapeHtml } from './escape-html.ts'
import { formatMeasured, formatNumber } from './format-number.ts'
import type { RunReport, RunResult } from './run-result.ts'
import { svgPlot } from './svg-plot.ts'

/** The whole report as one page that needs nothing from anywhere. */
export function htmlReport(report: RunReport): string {
  const failed = report.runs.filter((run) => !run.pass).length
  const verdict = failed === 0 ? 'passed' : `${failed} of ${report.runs.length} failed`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>watertight: ${verdict}</title>
<style>${STYLE}</style>
<h1>watertight: ${verdict}</h1>
${conclusionsOf(report.runs)
  .map((conclusion) => `<p>${escapeHtml(conclusionText(conclusion))}</p>`)
  .join('\n')}
${report.runs.map(section).join('\n')}
</html>
`
}

function section(run: RunResult): string {
  const { lines } = run
  return `<section>
<h2><span class="${run.pass ? 'pass' : 'fail'}">${run.pass ? 'pass' : 'FAIL'}</span> ${escapeHtml(run.phase)}</h2>
<p>${escapeHtml(circumstances(run))}</p>
<table>
<tr><th>criterion<th>measured<th>limit<th>verdict</tr>
${run.criteria.map(criterionRow).join('\n')}
</table>
<p>${lines.emitted} lines written, ${lines.delivered} found; ${lines.missing} missing, ${lines.duplicated} repeated, ${lines.outOfOrder} out of order.</p>
<div class="plots">${plots(run.series)}</div>
</section>`
}

function circumstances(run: RunResult): string {
  const parts = [
    `subject ${run.subject}`,
    `engine ${run.engine}`,
    `seed ${run.seed}`,
    `compression ${run.compress}`,
    run.defect === null ? null : `with defect ${run.defect}`,
    `${formatNumber(run.durationSeconds)} s`,
    run.virtualSeconds === null ? null : `${formatNumber(run.virtualSeconds)} virtual seconds`,
    run.traceHash === null ? null : `trace ${run.traceHash}`,
    run.startedAt,
  ]
  return parts.filter((part) => part !== null).join(', ')
}

function criterionRow({
  description,
  measured,
  comparator,
  limit,
  unit,
  pass,
  evidence,
}: CriterionResult): string {
  const verdict = pass === null ? '-' : pass ? 'pass' : 'FAIL'
  const because = evidence.length === 0 ? '' : `<pre>${escapeHtml(evidence.join('\n'))}</pre>`
  return `<tr><td>${escapeHtml(description)}${because}<td>${formatMeasured(measured)}<td>${escapeHtml(`${comparator} ${limit} ${unit}`)}<td class="${verdict.toLowerCase()}">${verdict}</tr>`
}

function plots(series: Series): string {
  const columns: [string, Column | null][] = [
    ['tasks', series.tasks],
    ['open streams', series.streams],
    ['rotations so far', series.rotations],
    ['descriptors', series.fds],
    ...Object.entries(series.fdsByKind ?? {}).map(([kind, column]): [string, Column] => [
      `descriptors: ${kind}`,
      column,
    ]),
    ['resident memory, MiB', scaled(series.rssBytes, 1 / 2 ** 20)],
    ['processor time so far, s', series.cpuSeconds],
    ['threads', series.threads],
    ['processes', series.processes],
    ['connections to the engine', series.connections],
    ["engine's descriptors", series.engineFds],
    ["engine's goroutines", series.engineTasks],
  ]
  return columns
    .map(([title, column]) => (column === null ? '' : svgPlot(title, series.t, column)))
    .join('\n')
}

function scaled(column: Column | null, factor: number): Column | null {
  return column && column.map((value) => (value === null ? null : value * factor))
}

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c2733; background: #fff }
h2 { margin-top: 3rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #d8dfe6 }
pre { margin: .3rem 0 0; white-space: pre-wrap; font-size: 12px; color: #5a6875 }
.pass { color: #16794a } .fail { color: #c22a2a; font-weight: bold }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(26rem, 1fr)); gap: 1rem }
svg { width: 100% } svg text { fill: #1c2733; font-size: 12px } svg .title { font-weight: 600 } svg .tick { fill: #5a6875 }
svg .end { text-anchor: end } svg .axis { stroke: #5a6875 } svg .grid { stroke: #d8dfe6 }
svg .curve { fill: none; stroke: #2463b4; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  body { background: #12181f; color: #dbe3ea } svg text { fill: #dbe3ea } .pass { color: #4cc38a } .fail { color: #ff7b72 }
  svg .curve { stroke: #6ea8fe } th, td { border-color: #2b3642 } svg .grid { stroke: #2b3642 } pre, svg .tick { color: #93a1af; fill: #93a1af }
}`
