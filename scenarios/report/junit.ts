import type { CriterionResult } from '../criteria/verdict.ts'
import { escapeXml } from './escape-xml.ts'
import { formatMeasured } from './format-number.ts'
import { limitText } from './limit-text.ts'
import { outcomeOf, type RunResult } from './run-result.ts'
import { titlesOf } from './titles.ts'

/**
 * Runs as JUnit XML, as CI systems read it: a suite for each run, a case for each criterion. What could not be measured is skipped; an interrupted run has an
 * error, since it says nothing about what was not reached.
 */
export function junitXml(runs: readonly RunResult[]): string {
  const titles = titlesOf(runs)
  const suites = runs.map((run, index) => suite(titles[index]!, run))
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="watertight">\n${suites.join('\n')}\n</testsuites>\n`
}

function suite(title: string, run: RunResult): string {
  const { criteria, interrupted } = run
  const count = (pass: boolean | null): number =>
    criteria.filter((criterion) => criterion.pass === pass).length
  const cases = [...criteria.map((criterion) => testCase(title, criterion)), ...interruption(title, run)]
  const attributes = attributesText({
    name: title,
    tests: cases.length,
    failures: count(false),
    errors: Number(interrupted),
    skipped: count(null),
    time: run.durationSeconds.toFixed(3),
    timestamp: run.startedAt,
  })
  return `<testsuite ${attributes}>\n${properties(run)}\n${cases.join('\n')}\n</testsuite>`
}

function properties(run: RunResult): string {
  const { engine, subject, seed, compress, defect, traceHash, setup, lines } = run
  const entries = Object.entries({
    engine,
    subject,
    seed,
    compress,
    defect,
    traceHash,
    outcome: outcomeOf(run),
    machine: setup.machine,
    emitted: lines.emitted,
    missing: lines.missing,
    duplicated: lines.duplicated,
  }).filter(([, value]) => value !== null && value !== '')
  const elements = entries.map(([name, value]) => `<property ${attributesText({ name, value: value! })}/>`)
  return `<properties>\n${elements.join('\n')}\n</properties>`
}

function testCase(title: string, criterion: CriterionResult): string {
  const { id, description, pass, evidence } = criterion
  const open = `<testcase ${attributesText({ classname: `watertight.${title}`, name: `${id}: ${description}` })}`
  if (pass === true) return `${open}/>`
  const message = `measured ${formatMeasured(criterion.measured)}, allowed ${limitText(criterion)}`
  if (pass === null) return `${open}>\n<skipped ${attributesText({ message })}/>\n</testcase>`
  const text = escapeXml([message, ...evidence].join('\n'))
  return `${open}>\n<failure ${attributesText({ message })}>${text}</failure>\n</testcase>`
}

function interruption(title: string, { interrupted, series, setup }: RunResult): string[] {
  if (!interrupted) return []
  const message = `interrupted after ${Math.round(series.t.at(-1) ?? 0)} of ${setup.phaseSeconds} phase seconds`
  const open = `<testcase ${attributesText({ classname: `watertight.${title}`, name: 'complete: the run came to its end' })}>`
  return [`${open}\n<error ${attributesText({ message })}/>\n</testcase>`]
}

function attributesText(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}="${escapeXml(String(value))}"`)
    .join(' ')
}
