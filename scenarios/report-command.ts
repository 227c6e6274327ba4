import type { Command } from 'commander'
import { comparisonTable } from './report/comparison-table.ts'
import { compare } from './report/comparison.ts'
import { jsonText, readReport, reportOf, writeWhole } from './report/run-report.ts'
import { verdictPicture } from './report/verdict-picture.ts'
import { verdictTable } from './report/verdict-table.ts'
import { writeReport } from './report/write-report.ts'

interface ReportCommandOptions {
  readonly out?: string
  readonly picture?: string
  readonly json?: true
}

/** `watertight report`: reports that were written before, as one; subjects side by side, and several runs of one as a history. */
export function registerReportCommand(program: Command): void {
  program
    .command('report')
    .description('put reports of earlier runs together: subjects side by side, runs of one as a history')
    .argument('<file...>', 'report.json of runs, or what run --json printed')
    .option('--out <directory>', 'write report.json, report.html and junit.xml there')
    .option('--picture <file>', 'write the verdict as a picture (SVG)')
    .option('--json', 'print one JSON object instead of the table')
    .action(report)
}

async function report(files: readonly string[], { out, picture, json }: ReportCommandOptions): Promise<void> {
  const reports = await Promise.all(files.map((file) => readReport(file)))
  const runs = reports.flatMap((each) => each.runs)
  const all = reportOf(
    runs,
    reports.flatMap((each) => each.left),
  )
  if (out !== undefined) await writeReport(out, all)
  if (picture !== undefined) await writeWhole(picture, verdictPicture(all))
  const comparison = compare(runs)
  const table = comparison === null ? verdictTable(runs) : comparisonTable(comparison)
  process.stdout.write(json === true ? jsonText(all) : `${table}\n`)
  process.exitCode = runs.every(({ pass }) => pass) ? 0 : 1
}
