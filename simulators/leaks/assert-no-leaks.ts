import { findLeaks } from './find-leaks.ts'
import type { LeakOptions } from './leak-options.ts'
import type { LeakReport } from './leak-report.ts'

/** A block left something open; the message is the report. */
export class LeakError extends Error {
  readonly report: LeakReport

  /** @param test the name of the test whose block it was */
  constructor(report: LeakReport, test?: string) {
    super(describeReport(report, test))
    this.name = 'LeakError'
    this.report = report
  }
}

/**
 * Runs a block and throws if it left anything open; see {@link findLeaks}. The message begins with the name of the test whose block it is, if one is given.
 * @throws LeakError with the report
 * @throws Error when something that was asked for cannot be seen on this system: leave its kind out to do without
 */
export async function assertNoLeaks(
  block: () => unknown,
  options?: LeakOptions,
  { test }: { readonly test?: string } = {},
): Promise<void> {
  const report = await findLeaks(block, options)
  if (report.leaks.length > 0) throw new LeakError(report, test)
  assertChecked(report)
}

/** The report, with the name of the test whose block it is about. */
export function describeReport({ text }: LeakReport, test?: string): string {
  return test === undefined ? text : `${test}\n${text}`
}

/** @throws Error when something that was asked for could not be seen */
export function assertChecked({ unchecked }: LeakReport): void {
  const [first] = unchecked
  if (first !== undefined) {
    throw new Error(
      `Cannot look for leaks of the kind ${first.kind}: ${first.reason}. Leave it out of "kinds" to do without.`,
    )
  }
}
