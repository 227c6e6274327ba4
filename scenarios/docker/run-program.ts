import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * Runs a program to its end.
 * @returns what it printed.
 * @throws Error with the program's standard error when it fails.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, {
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}
