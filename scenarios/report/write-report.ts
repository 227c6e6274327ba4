import path from 'node:path'
import { junitXml } from './junit.ts'
import { htmlReport } from './page/html-report.ts'
import { jsonText, writeWhole, type RunReport } from './run-report.ts'

/** Writes `report.json`, `report.html` and `junit.xml` into a directory, which is made if need be. */
export async function writeReport(directory: string, report: RunReport): Promise<void> {
  await Promise.all([
    writeWhole(path.join(directory, 'report.json'), jsonText(report)),
    writeWhole(path.join(directory, 'report.html'), htmlReport(report)),
    writeWhole(path.join(directory, 'junit.xml'), junitXml(report.runs)),
  ])
}
