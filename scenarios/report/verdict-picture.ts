import { conclusionText } from './conclusions.ts'
import { escapeXml } from './escape-xml.ts'
import { formatNumber } from './format-number.ts'
import type { RunReport } from './run-report.ts'
import { outcomeOf, type RunResult } from './run-result.ts'
import { titlesOf } from './titles.ts'

/** The verdict of a report as a picture (SVG): a row for each run, and what the subjects are good for. */
export function verdictPicture({ runs, conclusions }: RunReport): string {
  const titles = titlesOf(runs)
  const rows = runs.map((run, index) => row(run, titles[index]!, TOP + (index + 1) * ROW))
  const below = TOP + (runs.length + 1) * ROW + GAP
  const sentences = conclusions.map((conclusion, index) =>
    text(LEFT, below + index * ROW, escapeXml(conclusionText(conclusion)), 'strong'),
  )
  const height = below + sentences.length * ROW
  const title = `watertight: ${runs.filter(({ pass }) => pass).length} of ${runs.length} phases passed`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeXml(title)}">
<style>${STYLE}</style>
<rect width="${WIDTH}" height="${height}" rx="8" class="card"/>
${text(LEFT, TOP - ROW / 2, escapeXml(title), 'title')}
${HEADINGS.map(([heading, x, anchor]) => text(x, TOP + 6, heading, `faint ${anchor}`)).join('\n')}
${rows.join('\n')}
${sentences.join('\n')}
</svg>
`
}

function row(run: RunResult, title: string, y: number): string {
  const { lines, setup, delays } = run
  const outcome = outcomeOf(run)
  const figures = [
    `${formatNumber(setup.phaseSeconds / 60)} min`,
    String(setup.containers),
    String(lines.emitted),
    String(lines.missing),
    String(lines.duplicated),
    delays === null ? '-' : `${Math.round(delays.p99Ms)} ms`,
  ]
  const cells = figures.map((figure, index) => text(HEADINGS[index + 1]![1], y + 6, figure, 'end'))
  return [
    `<line x1="${LEFT}" x2="${WIDTH - LEFT}" y1="${y - ROW / 2 + 4}" y2="${y - ROW / 2 + 4}" class="line"/>`,
    text(LEFT, y + 6, escapeXml(title), ''),
    ...cells,
    text(WIDTH - LEFT, y + 6, outcome, `end ${outcome}`),
  ].join('\n')
}

function text(x: number, y: number, content: string, kind: string): string {
  return `<text x="${x}" y="${y}" class="${kind.trim()}">${content}</text>`
}

const WIDTH = 860
const LEFT = 24
const TOP = 62
const ROW = 28
const GAP = 14
/** Each with where its column begins, or ends. */
const HEADINGS: readonly (readonly [heading: string, x: number, anchor: '' | 'end'])[] = [
  ['phase', LEFT, ''],
  ['length', 310, 'end'],
  ['containers', 410, 'end'],
  ['lines', 500, 'end'],
  ['missing', 580, 'end'],
  ['repeated', 660, 'end'],
  ['delay, p99', 750, 'end'],
  ['verdict', WIDTH - LEFT, 'end'],
]

const STYLE = `
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #1c2733 }
.title { font-size: 17px; font-weight: 700 } .strong { font-weight: 600 } .faint { fill: #5a6875; font-size: 12px }
.end { text-anchor: end } .card { fill: #f6f8fa; stroke: #d8dfe6 } .line { stroke: #d8dfe6 }
.passed { fill: #16794a; font-weight: 700 } .failed { fill: #c22a2a; font-weight: 700 } .interrupted { fill: #8a6100; font-weight: 700 }
@media (prefers-color-scheme: dark) {
  text { fill: #dbe3ea } .faint { fill: #93a1af } .card { fill: #12181f; stroke: #2b3642 } .line { stroke: #2b3642 }
  .passed { fill: #4cc38a } .failed { fill: #ff7b72 } .interrupted { fill: #e0b040 }
}
`
