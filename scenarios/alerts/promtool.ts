import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import { canInstallPackages, installPackages } from '../docker/debian.ts'
import { onPath } from '../docker/on-path.ts'
import { runProgram } from '../docker/run-program.ts'
import { UsageError } from '../../reference/usage-error.ts'
import { RULES_FILE } from './alert-rules.ts'
import type { Recording } from './recording.ts'

/** A recording, and its series in promtool's notation. */
export interface Recorded {
  readonly recording: Recording
  readonly series: readonly { series: string; values: string }[]
}

/**
 * The unit test of the rules for one recording, for `promtool test rules`: which alerts fired some time during it, of all evaluations, is exactly what it
 * says.
 */
export function unitTest({ recording, series }: Recorded): string {
  const { name, minutes, fires } = recording
  return stringify({
    rule_files: [RULES_FILE],
    evaluation_interval: '1m',
    tests: [
      {
        name,
        interval: '1m',
        input_series: series,
        promql_expr_test: [
          {
            expr: `group by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${minutes + 1}m]))`,
            eval_time: `${minutes}m`,
            exp_samples: fires.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
          },
        ],
      },
    ],
  })
}

/** @throws Error with promtool's words when the rules are wrong */
export async function checkRules(): Promise<string> {
  return runProgram('promtool', ['check', 'rules', RULES_FILE])
}

/** @returns null, or promtool's words about what is not as it should be */
export async function testRules(directory: string, recorded: Recorded): Promise<string | null> {
  const file = path.join(directory, `${recorded.recording.name}.yaml`)
  await writeFile(file, unitTest(recorded))
  return runProgram('promtool', ['test', 'rules', file]).then(
    () => null,
    (error: unknown) => String(error),
  )
}

/** Installs Prometheus' package where it is missing and may be installed. @throws UsageError where it may not */
export async function needPromtool(): Promise<void> {
  if (await onPath('promtool')) return
  if (!(await canInstallPackages()))
    throw new UsageError('Cannot check the alerts without promtool: install the package prometheus')
  await installPackages('prometheus')
}
