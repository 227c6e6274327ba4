import { appendFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

/** What a benchmark measured once. */
const measured = z.strictObject({
  /** When, as ISO 8601. */
  at: z.iso.datetime(),
  /** Of the sources: the beginning of a commit's hash, with a `+` where files were changed since. */
  commit: z.string().regex(/^[0-9a-f]{7,}\+?$/),
  node: z.string(),
  processor: z.string(),
  benchmark: z.string(),
  /** On one core, by the time of the processor. */
  casesPerSecond: z.number().positive(),
  /** What a case cost, in units of work measured in the same run, see {@link file://./unit-of-work.ts}: what can be compared between machines and moments. */
  unitsPerCase: z.number().positive(),
})
export type Measured = z.infer<typeof measured>

export const HISTORY_FILE: string = path.join(import.meta.dirname, 'history.jsonl')

/** @throws Error naming the line that cannot be read */
export function readHistory(file: string = HISTORY_FILE): Measured[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, index) => (line === '' ? [] : [parsed(line, `${file}, line ${index + 1}`)]))
}

/** Adds a line to the file. */
export function record(entry: Measured, file: string = HISTORY_FILE): void {
  appendFileSync(file, `${JSON.stringify(measured.parse(entry))}\n`)
}

/** How a measurement differs from the last one of its benchmark on record, in words. */
export function compared(now: Measured, history: readonly Measured[]): string {
  const { benchmark, casesPerSecond, unitsPerCase } = now
  const told = `${benchmark}: ${casesPerSecond.toFixed(1)} cases a second of one core; a case costs ${unitsPerCase.toFixed(2)} units`
  const before = history.findLast((each) => each.benchmark === benchmark)
  if (before === undefined) return `${told}; none is on record`
  const percent = Math.round((unitsPerCase / before.unitsPerCase - 1) * 100)
  const change = percent === 0 ? 'as much as' : `${Math.abs(percent)} % ${percent > 0 ? 'more' : 'less'} than`
  return `${told}, ${change} at ${before.commit} (${before.at.slice(0, 10)})`
}

function parsed(line: string, where: string): Measured {
  try {
    return measured.parse(JSON.parse(line))
  } catch (error) {
    throw new Error(`Cannot read ${where}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
