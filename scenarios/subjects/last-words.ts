import { open } from 'node:fs/promises'
import path from 'node:path'
import type { SubjectOutput } from './subject.ts'

/** Where a subject's standard output goes. */
export function stdoutFile(logDir: string): string {
  return path.join(logDir, 'stdout.log')
}

/** Where its standard error goes. */
export function stderrFile(logDir: string): string {
  return path.join(logDir, 'stderr.log')
}

/**
 * What a subject said last, as the rest of a sentence: the last lines of its standard error, or else of its standard output, unless that has the log
 * lines it collects. Empty when it said nothing.
 */
export async function lastWords(logDir: string, output: SubjectOutput['from']): Promise<string> {
  const said = await lastLines(stderrFile(logDir))
  const words = said.length > 0 || output === 'stdout' ? said : await lastLines(stdoutFile(logDir))
  return words.length === 0 ? '' : `; it said: ${words.join(' | ')}`
}

async function lastLines(file: string): Promise<string[]> {
  await using handle = await open(file)
  const { size } = await handle.stat()
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES))
  const { bytesRead } = await handle.read(tail, 0, tail.length, size - tail.length)
  const lines = tail.toString('utf8', 0, bytesRead).split('\n')
  return lines
    .map((line) => line.trim().slice(0, LONGEST_LINE))
    .filter((line) => line !== '')
    .slice(-LAST_LINES)
}

const TAIL_BYTES = 8192
const LAST_LINES = 5
const LONGEST_LINE = 300
