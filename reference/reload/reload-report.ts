import { z } from 'zod'

/** What came of reading the configuration again. */
export interface ReloadReport {
  /**
   * - `applied`: the collector runs by what was read. - `unchanged`: that is what it did already.
   * - `refused`: it cannot be used, or not without a restart. - `failed`: it could not be taken up now. Of these two nothing changed.
   */
  readonly result: ReloadResult
  /** When, ISO 8601. */
  readonly at: string
  /** The keys that differ, as in the file; `api.tls` also where its files hold something else. */
  readonly changed: readonly string[]
  /** One sentence; null when there is none. */
  readonly problem: string | null
}

export const RELOAD_RESULTS = ['applied', 'unchanged', 'refused', 'failed'] as const
export type ReloadResult = (typeof RELOAD_RESULTS)[number]

export const reloadReportSchema: z.ZodType<ReloadReport> = z.strictObject({
  result: z.enum(RELOAD_RESULTS),
  at: z.string(),
  changed: z.array(z.string()),
  problem: z.string().nullable(),
})
