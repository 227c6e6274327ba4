import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { escapeXml } from '../escape-xml.ts'

export interface PageParts {
  readonly title: string
  /** HTML. */
  readonly body: string
  /** What the script draws, as {@link ChartTable.json} says. */
  readonly charts: string
}

function own(name: string): string {
  return readFileSync(path.join(import.meta.dirname, name), 'utf8')
}

/** A whole page in one file that needs nothing from anywhere: the library that draws is in it. */
export function pageText({ title, body, charts }: PageParts): string {
  const require = createRequire(import.meta.url)
  const library = (name: string): string => readFileSync(require.resolve(`uplot/dist/${name}`), 'utf8')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(title)}</title>
<style>${library('uPlot.min.css')}${own('page.css')}</style>
${body}
<script type="application/json" id="charts">${charts}</script>
<script>${scriptText(library('uPlot.iife.min.js'))}</script>
<script>${scriptText(own('page.js'))}</script>
</html>
`
}

/** Nothing in a script may look like its end. */
function scriptText(source: string): string {
  return source.replaceAll('</script', String.raw`<\/script`)
}
