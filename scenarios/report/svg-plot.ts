import type { Column } from '../observations.ts'
import { escapeHtml } from './escape-html.ts'
import { formatNumber } from './format-number.ts'

/** A line plot of one series over phase time, as inline SVG. The vertical axis begins at 0. */
export function svgPlot(title: string, t: readonly number[], column: Column): string {
  const values = column.filter((value) => value !== null)
  const top = Math.max(1, ...values)
  const end = Math.max(1, ...t)
  const x = (seconds: number): number => LEFT + (seconds / end) * (WIDTH - LEFT - RIGHT)
  const y = (value: number): number => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM)
  const minutes = `${formatNumber(end / 60)} min`
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">
<text x="${LEFT}" y="14" class="title">${escapeHtml(title)}</text>
<line x1="${LEFT}" y1="${y(0)}" x2="${WIDTH - RIGHT}" y2="${y(0)}" class="axis"/>
<line x1="${LEFT}" y1="${y(top)}" x2="${WIDTH - RIGHT}" y2="${y(top)}" class="grid"/>
<text x="${LEFT - 6}" y="${y(top) + 4}" class="tick end">${formatNumber(top)}</text>
<text x="${LEFT - 6}" y="${y(0) + 4}" class="tick end">0</text>
<text x="${WIDTH - RIGHT}" y="${HEIGHT - 4}" class="tick end">${minutes}</text>
<path d="${path(t, column, x, y)}" class="curve"/>
</svg>`
}

/** Where a sample is missing the line is interrupted. */
function path(
  t: readonly number[],
  column: Column,
  x: (seconds: number) => number,
  y: (value: number) => number,
): string {
  let command = 'M'
  let d = ''
  for (const [index, seconds] of t.entries()) {
    const value = column[index] ?? null
    if (value !== null) d += `${command}${x(seconds).toFixed(1)} ${y(value).toFixed(1)}`
    command = value === null ? 'M' : 'L'
  }
  return d
}

const WIDTH = 420
const HEIGHT = 150
const LEFT = 60
const RIGHT = 10
const TOP = 26
const BOTTOM = 20
