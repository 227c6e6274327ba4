import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SuiteName, SuiteResult } from './suites.ts'

/**
 * What the suites find with a defect put back, or without one (null), in a process of its own.
 * @throws Error with what the process said when it did not get to a result, as when a patch does not match or was never loaded
 */
export async function runSuites(
  defect: string | null,
  suites: readonly SuiteName[],
): Promise<readonly SuiteResult[]> {
  const register = defect === null ? [] : ['--import', pathOf('./register.ts')]
  const args = [...register, pathOf('./check.ts'), ...suites]
  const env = { ...process.env, WATERTIGHT_DEFECT: defect ?? '' }
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const limits = { timeout: TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX }
  execFile(process.execPath, args, { env, ...limits }, (error, stdout, stderr) => {
    if (error === null) return resolve(stdout)
    const status =
      error.killed === true ? `were ended after ${TIMEOUT_MS} ms` : `ended with status ${error.code}`
    return reject(new Error(`The suites with defect ${defect ?? 'none'} ${status}:\n${stderr}`))
  })
  const results: readonly SuiteResult[] = JSON.parse(await promise)
  return results
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}

const TIMEOUT_MS = 120_000
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024
