import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { UsageError } from '../../reference/usage-error.ts'
import { ALONE_AMONG_CHECKS, ALONE_AMONG_CRITERIA, ALONE_AMONG_PROPERTIES, ALONE_IN_A_TEST } from './alone.ts'
import { DEFECTS } from './catalogue.ts'
import { holdPropertyAlone } from './hold-alone.ts'
import { isGood, reportDefects, type DefectReport, type DefectsReport } from './defects-report.ts'
import { SUITE_NAMES } from './suites.ts'

interface DefectsOptions {
  readonly json?: true
  readonly everySuite?: true
  readonly alone?: true
}

/** `watertight defects`: puts each known defect back and says which suite catches it. */
export function registerDefectsCommand(program: Command): void {
  program
    .command('defects')
    .description('put each known defect back into the collector; which suite catches it, in how many cases')
    .option('--json', 'print one JSON object')
    .option(
      '--every-suite',
      'hold every suite of the whole collector against every defect, not only those that should catch it',
    )
    .option(
      '--alone',
      'hold every property against the defect that one of them alone is to catch, and nothing else',
    )
    .action(async (options: DefectsOptions) => {
      if (!import.meta.filename.endsWith('.ts'))
        throw new UsageError('Cannot put defects back: run this from a checkout, it patches the sources')
      process.exitCode = (await (options.alone === true ? alone() : defects(options))) ? 0 : 1
    })
}

/** Whether each property alone sees the defect that the catalogue names for it. */
async function alone(): Promise<boolean> {
  let isGoodSoFar = true
  for (const entry of ALONE_AMONG_PROPERTIES) {
    // oxlint-disable-next-line no-await-in-loop -- each takes all there is
    const wrong = await holdPropertyAlone(entry)
    process.stdout.write(`${entry.file}: ${wrong ?? `alone sees ${entry.defect}`}\n`)
    isGoodSoFar &&= wrong === null
  }
  return isGoodSoFar
}

async function defects({ json, everySuite }: DefectsOptions): Promise<boolean> {
  const report = await reportDefects(DEFECTS, {
    processes: availableParallelism(),
    suites: everySuite === true ? SUITE_NAMES : [],
    onDone: (what) => process.stderr.write(`${what}: done\n`),
  })
  process.stdout.write(json === true ? `${JSON.stringify(report)}\n` : `${describe(report)}\n`)
  return isGood(report)
}

function describe({ defects: reports, clean }: DefectsReport): string {
  const caught = reports.filter((report) => report.caught).length
  const unitOnly = reports.filter((report) => report.unitOnly).length
  return [
    ...reports.flatMap(describeOne),
    `${caught} of ${reports.length} caught, ${unitOnly} of them by unit tests only`,
    ...describeAlone(),
    `without a defect: ${clean.cases} cases, ${clean.falseAlarms} false alarms`,
    ...clean.failures.map((failure) => `     ${failure}`),
  ].join('\n')
}

/** Which defect each check alone catches: with that check left out, nothing else of its suite sees the defect. */
function describeAlone(): string[] {
  return [
    'each check, and a defect that it alone catches:',
    ...ALONE_AMONG_CHECKS.map(({ check, defect, suite }) => aloneLine(check, defect, suite)),
    ...ALONE_AMONG_PROPERTIES.map(({ file, defect }) => aloneLine(file, defect, 'of all properties')),
    ...ALONE_AMONG_CRITERIA.map(({ check, defect, phase }) => aloneLine(check, defect, `of phase ${phase}`)),
    ...ALONE_IN_A_TEST.map(({ check, in: { file } }) => aloneLine(check, '', file)),
  ]
}

function aloneLine(check: string, defect: string, where: string): string {
  return `     ${check.trim().padEnd(60)} ${defect.padEnd(5)} ${where}`
}

function describeOne(report: DefectReport): string[] {
  const { id, finding, caught, caughtBy, unitOnly, cases, seconds, description, origin } = report
  const by = unitOnly ? 'unit tests only' : caughtBy.join(', ')
  return [
    `${id.padEnd(5)}${(finding ?? '').padEnd(4)} ${caught ? `caught by ${by}` : 'NOT CAUGHT'} (${cases} cases, ${seconds.toFixed(1)} s)`,
    `     ${description}`,
    `     ${origin}`,
    ...report.unitTests.map(({ file, test }) => `     ${file}: ${test}`),
    ...report.missedBy.map((missed) => `     NOT by ${missed}`),
  ]
}
