import { createReadStream } from 'node:fs'
import { glob } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { isWhole } from './numbered-line.ts'
import { LineAudit, type LineAuditOptions, type LineCounts, type WasRead } from './line-audit.ts'

/** Output to be audited. */
export interface AuditedOutput {
  readonly directory: string
  /** Files within it; read in the order of their names. */
  readonly glob: string
  /** Global, with the groups `container` and `line`, and `bytes` where a line says its length. May match several times in a line. */
  readonly pattern: RegExp
  /** Lines of the output that match one of these belong to its format, and carry nothing. So do empty lines. */
  readonly ignored: readonly RegExp[]
}

/** Reads a subject's output and compares it with the number of the last line each container has written. */
export async function auditOutput(
  output: AuditedOutput,
  emitted: ReadonlyMap<string, number>,
  { wasRead = null, ...options }: LineAuditOptions & { readonly wasRead?: WasRead | null } = {},
): Promise<LineCounts> {
  const audit = new LineAudit(emitted, options)
  for (const file of await filesOf(output)) await readInto(audit, file, output)
  return audit.counts(wasRead)
}

/** Those that match, in the order of their names. */
export async function filesOf(output: Pick<AuditedOutput, 'directory' | 'glob'>): Promise<string[]> {
  const entries = await Array.fromAsync(glob(output.glob, { cwd: output.directory, withFileTypes: true }))
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted()
}

async function readInto(audit: LineAudit, file: string, output: LinePatterns): Promise<void> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity })
  for await (const text of lines) auditText(audit, text, output)
}

/** How lines are found in output. */
export type LinePatterns = Pick<AuditedOutput, 'pattern' | 'ignored'>

/** Reports every numbered line in a line of output, or that there is none in it. */
export function auditText(audit: LineAudit, text: string, { pattern, ignored }: LinePatterns): void {
  let found = false
  for (const match of text.matchAll(pattern)) {
    const { container, line } = match.groups ?? {}
    if (container === undefined || line === undefined || !isWhole(match)) continue
    found = true
    audit.saw(container, Number(line))
  }
  if (!found && text.trim() !== '' && !ignored.some((format) => format.test(text))) audit.sawOther(text)
}
