import { runPlansLeft, type PhasePlan } from './run-plan.ts'
import { reportOf, type PlannedRun, type RunReport } from './report/run-report.ts'
import type { RunResult } from './report/run-result.ts'
import { writeReport } from './report/write-report.ts'

/** What was asked for, and what came of it so far. With a directory for the report, it has what is known at any moment, whatever ends this process. */
export class RunSession {
  readonly #plans: readonly PhasePlan[]
  readonly #out: string | null
  readonly #results: RunResult[]
  readonly #done = new Set<PlannedRun>()
  #writing: Promise<void> = Promise.resolve()

  /** @param before results of runs that are not run again. @param out a directory, or `null` */
  constructor(plans: readonly PhasePlan[], before: readonly RunResult[], out: string | null) {
    this.#plans = plans
    this.#results = [...before]
    this.#out = out
  }

  /** What is not done, each with its plan. */
  get left(): PhasePlan[] {
    return runPlansLeft(this.#plans, this.#done)
  }

  get report(): RunReport {
    return reportOf(
      this.#results,
      this.left.flatMap(({ runs }) => runs),
    )
  }

  /** One is done, or was interrupted: then it is still left, but what was seen of it is known. */
  finished(planned: PlannedRun, result: RunResult): void {
    this.#results.push(result)
    if (!result.interrupted) this.#done.add(planned)
    const out = this.#out
    if (out !== null) this.#writing = this.#writing.then(() => writeReport(out, this.report))
  }

  /** The report is on disk. @throws Error when it cannot be written */
  async written(): Promise<void> {
    await this.#writing
    if (this.#out !== null) await writeReport(this.#out, this.report)
  }
}
