import type { CriterionResult } from '../../criteria/verdict.ts'
import { comparedCharts, chartsOf } from '../charts.ts'
import { compare } from '../comparison.ts'
import { escapeXml as escape } from '../escape-xml.ts'
import { formatMeasured, formatNumber } from '../format-number.ts'
import { limitText, measuredText } from '../limit-text.ts'
import type { RunReport } from '../run-report.ts'
import { outcomeOf, type RunResult } from '../run-result.ts'
import { titlesOf } from '../titles.ts'
import { againText } from '../again.ts'
import { ChartTable } from './chart-table.ts'
import { comparisonSections } from './comparison-html.ts'
import { pageText } from './page-text.ts'

/** The whole report as one page that needs nothing from anywhere. */
export function htmlReport(report: RunReport): string {
  const { runs, left } = report
  const charts = new ChartTable()
  const titles = titlesOf(runs)
  const verdict = verdictOf(report)
  const comparison = compare(runs)
  const compared =
    comparison === null
      ? ''
      : comparisonSections(comparison, (its, phase) =>
          comparedCharts(its).map((chart) => charts.place(chart, `compared ${phase}`)),
        )
  const sections = runs.map((run, index) => section(run, index, titles[index]!, charts))
  const body = `<header>
<h1>watertight: ${escape(verdict)}</h1>
${conclusionsTable(report)}
${left.length === 0 ? '' : `<p class="open">Not run to the end: ${left.map(({ phase, engine }) => escape(`${phase} on ${engine}`)).join(', ')}.</p>`}
${overview(runs, titles)}
</header>
${compared}
${sections.join('\n')}`
  return pageText({ title: `watertight: ${verdict}`, body, charts: charts.json })
}

function verdictOf({ runs, left }: RunReport): string {
  const count = (outcome: string): number => runs.filter((run) => outcomeOf(run) === outcome).length
  const failed = count('failed')
  const rest = left.length === 0 ? '' : ', interrupted'
  if (failed > 0) return `${failed} of ${runs.length} failed${rest}`
  const passed = count('passed')
  return passed === runs.length && left.length === 0
    ? 'passed'
    : `${passed} of ${Math.max(runs.length, passed + left.length)} passed${rest}`
}

function conclusionsTable({ conclusions }: RunReport): string {
  const rows = conclusions.map(({ subject, leaks, hangs, loses, repeats }) => {
    const cells = [leaks, hangs, loses, repeats].map(
      (answer) => `<td class="${answer === 'yes' ? 'fail' : answer === 'no' ? 'pass' : 'open'}">${answer}`,
    )
    return `<tr><th scope="row">${escape(subject)}${cells.join('')}</tr>`
  })
  return `<table class="narrow">
<tr><th>subject<th>leaks<th>hangs<th>loses<th>repeats</tr>
${rows.join('\n')}
</table>`
}

function overview(runs: readonly RunResult[], titles: readonly string[]): string {
  const rows = runs.map((run, index) => {
    const { lines, delays, durationSeconds, compress, setup } = run
    const length = setup.phaseSeconds === 0 ? '' : `${formatNumber(setup.phaseSeconds / 60)} min`
    return `<tr><td><a href="#run-${index}">${escape(titles[index]!)}</a><td>${badge(run)}<td>${length}${compress === 1 ? '' : ` / ${compress}`}<td>${lines.emitted}<td>${lines.missing}<td>${lines.duplicated}<td>${delays === null ? 'not measured' : milliseconds(delays.p99Ms)}<td>${formatNumber(durationSeconds)} s</tr>`
  })
  return `<table class="numbers">
<tr><th>phase<th>verdict<th>length<th>lines<th>missing<th>repeated<th>delay, p99<th>took</tr>
${rows.join('\n')}
</table>`
}

function badge(run: RunResult): string {
  const outcome = outcomeOf(run)
  const kind = { passed: 'pass', failed: 'fail', interrupted: 'open' }[outcome]
  return `<span class="badge ${kind}">${outcome}</span>`
}

function section(run: RunResult, index: number, title: string, charts: ChartTable): string {
  const { setup, faults } = run
  const plots = chartsOf(run).map((chart) => charts.place(chart, `run ${index}`))
  const played = faults.map(
    ({ name, fromSeconds }) => `${escape(name)} at minute ${formatNumber(fromSeconds / 60)}`,
  )
  return `<section id="run-${index}">
<h2>${badge(run)} ${escape(title)}</h2>
<p>${escape(setup.description)}${setup.requirement === '' ? '' : ` (${escape(setup.requirement)})`}</p>
${cutText(run)}<table class="criteria">
<tr><th>criterion<th>measured<th>allowed<th>verdict</tr>
${run.criteria.map(criterionRow).join('\n')}
</table>
<p>${linesText(run)}</p>
${played.length === 0 ? '' : `<p>Faults: ${played.join(', ')}.</p>`}
<div class="charts">${plots.join('\n')}</div>
${circumstances(run)}
</section>`
}

function cutText({ interrupted, series, setup }: RunResult): string {
  if (!interrupted) return ''
  return `<p class="open">Interrupted at minute ${minutes(series.t.at(-1) ?? 0)} of ${minutes(setup.phaseSeconds)}: what failed has failed, what was not reached is open.</p>\n`
}

function minutes(seconds: number): string {
  return formatNumber(seconds / 60)
}

function criterionRow(criterion: CriterionResult): string {
  const { description, pass, evidence } = criterion
  const verdict = pass === null ? 'open' : pass ? 'pass' : 'fail'
  const because = evidence.length === 0 ? '' : `<pre>${escape(evidence.join('\n'))}</pre>`
  return `<tr><td>${escape(description)}${because}<td>${escape(measuredText(criterion))}<td>${escape(limitText(criterion))}<td class="${verdict}">${{ open: '-', pass: 'pass', fail: 'FAIL' }[verdict]}</tr>`
}

function linesText({ lines, delays }: RunResult): string {
  const { emitted, delivered, missing, missingRead, duplicated, outOfOrder, unexpected } = lines
  const read = missing === 0 || missingRead === null ? '' : ` (${missingRead} of them read, not delivered)`
  const counts = `${emitted} lines written, ${delivered} found; ${missing} missing${read}, ${duplicated} repeated, ${outOfOrder} out of order, ${unexpected} that nobody wrote.`
  if (delays === null) return `${counts} How long they took was not seen.`
  return `${counts} From written to delivered: half of them within ${milliseconds(delays.p50Ms)}, 99 of 100 within ${milliseconds(delays.p99Ms)}, all within ${milliseconds(delays.maxMs)}.`
}

function milliseconds(ms: number): string {
  return ms < 10_000 ? `${formatNumber(ms < 100 ? ms : Math.round(ms))} ms` : `${formatNumber(ms / 1000)} s`
}

function circumstances(run: RunResult): string {
  const { setup } = run
  const { load } = setup
  const rows: [string, string | null][] = [
    ['subject', run.subject],
    ['defect put back', run.defect],
    ['engine', run.engine],
    ['seed', String(run.seed)],
    ['compression', String(run.compress)],
    ['load', `${load.chatty} chatty, ${load.bursty} bursty, ${load.silent} silent, on ${setup.slots} slots`],
    ['begun', run.startedAt],
    ['took', `${formatNumber(run.durationSeconds)} s`],
    [
      'virtual time',
      run.virtualSeconds === null ? null : `${formatMeasured(run.virtualSeconds)} s, trace ${run.traceHash}`,
    ],
    ['machine', setup.machine],
    ['again', againText(run)],
  ]
  const cells = rows
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `<tr><th scope="row">${name}<td>${escape(value!)}</tr>`)
  const configuration =
    setup.configuration === ''
      ? ''
      : `<details><summary>configuration</summary><pre>${escape(setup.configuration)}</pre></details>`
  return `<table class="narrow circumstances">\n${cells.join('\n')}\n</table>\n${configuration}`
}
