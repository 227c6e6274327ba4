import { createReadStream } from 'node:fs'
import { glob } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { LineAudit, type LineCounts } from './line-audit.ts'

/** Output to be audited. */
export interface AuditedOutput {
  readonly directory: string
  /** Files within it; read in the order of their names. */
  readonly glob: string
  /** Global, with the groups `container` and `line`. May match several times in a line. */
  readonly pattern: RegExp
}

/** Reads a subject's output and compares it with the number of the last line each container has written. */
export async function auditOutput(
  output: AuditedOutput,
  emitted: ReadonlyMap<string, number>,
): Promise<LineCounts> {
  const audit = new LineAudit(emitted)
  for (const file of await filesOf(output)) await readInto(audit, file, output.pattern)
  return audit.counts()
}

async function filesOf(output: AuditedOutput): Promise<string[]> {
  const entries = await Array.fromAsync(glob(output.glob, { cwd: output.directory, withFileTypes: true }))
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted()
}

async function readInto(audit: LineAudit, file: string, pattern: RegExp): Promise<void> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity })
  for await (const text of lines) auditText(audit, text, pattern)
}

/** Reports every numbered line in a piece of output. */
export function auditText(audit: LineAudit, text: string, pattern: RegExp): void {
  for (const { groups } of text.matchAll(pattern)) {
    const { container, line } = groups ?? {}
    if (container !== undefined && line !== undefined) audit.saw(container, Number(line))
  }
}
