import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { htmlReport } from './html-report.ts'
import type { RunReport } from './run-result.ts'

/** Writes `report.json` and `report.html` into a directory, which is made if need be. */
export async function writeReport(directory: string, report: RunReport): Promise<void> {
  await mkdir(directory, { recursive: true })
  await Promise.all([
    writeFile(path.join(directory, 'report.json'), jsonText(report)),
    writeFile(path.join(directory, 'report.html'), htmlReport(report)),
  ])
}

/** The report as JSON with a newline at its end. Figures that are not finite become `null`. */
export function jsonText(report: RunReport): string {
  return `${JSON.stringify(report)}\n`
}
