import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { UsageError } from '../usage-error.ts'
import type { CollectorConfig } from './config.ts'
import { contradictionIn } from './contradictions.ts'
import { DEFAULT_DOCKER_HOST } from './docker-host.ts'
import { nearest } from './nearest.ts'
import { configSchema } from './schema.ts'

export interface ParseOptions {
  /** Named in errors. */
  readonly file: string
  /** `DOCKER_HOST` is the default of `socket_path`. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The configuration in a YAML text; what it leaves out is the default.
 * @throws UsageError naming file, line, key, value and what is allowed.
 */
export function parseConfig(text: string, { file, env }: ParseOptions): CollectorConfig {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [syntax] = document.errors
  if (syntax !== undefined) throw new UsageError(`Cannot read ${file}: ${firstLine(syntax.message)}`)
  const schema = configSchema(env['DOCKER_HOST'] || DEFAULT_DOCKER_HOST)
  const raw: unknown = document.toJS()
  const result = schema.safeParse(raw)
  const fail = (path: readonly PropertyKey[], problem: string, more: number): never => {
    const node = locate(document, path)
    const line = node === null ? '' : `:${lines.linePos(node).line}`
    throw new UsageError(`${file}${line}: ${problem}${more > 0 ? ` (and ${more} more)` : ''}`)
  }
  if (!result.success) {
    const [issue] = result.error.issues
    const { path, problem } = describe(issue!, raw, schema)
    return fail(path, problem, result.error.issues.length - 1)
  }
  const contradiction = contradictionIn(result.data)
  if (contradiction !== null) return fail(contradiction.path, contradiction.problem, 0)
  return result.data
}

function describe(
  issue: z.core.$ZodIssue,
  raw: unknown,
  schema: z.ZodType,
): { path: PropertyKey[]; problem: string } {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys
    const path = [...issue.path, key]
    const near = nearest(key, keysAt(schema, issue.path))
    return { path, problem: `unknown key ${path.join('.')}${near === null ? '' : `; did you mean ${near}?`}` }
  }
  const where = issue.path.length === 0 ? 'the file' : issue.path.join('.')
  const value = JSON.stringify(valueAt(raw, issue.path))
  return { path: issue.path, problem: `${where}: ${value} is not allowed; allowed: ${issue.message}` }
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    raw,
  )
}

/** The keys a section may have, read off the schema's own description. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const described: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const inside = path.flatMap((key) => ['properties', key])
  const properties = valueAt(described, [...inside, 'properties'])
  return Object.keys(properties ?? {})
}

/** Offset of the value at a path, or of what is nearest above it. */
function locate(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number | null {
  for (let depth = path.length; depth >= 0; depth--) {
    const node: unknown = document.getIn(path.slice(0, depth), true)
    const range: unknown = valueAt(node, ['range'])
    if (Array.isArray(range) && typeof range[0] === 'number') return range[0]
  }
  return null
}

function firstLine(message: string): string {
  return message.split('\n')[0]!.replace(/:$/, '')
}
