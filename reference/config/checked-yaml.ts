import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { messageOf } from '../errors.ts'
import { UsageError } from '../usage-error.ts'
import { nearest } from './nearest.ts'

export interface CheckedYaml<T> {
  readonly value: T
  /** An error that names file and line of the value at a path, for what a schema cannot say. */
  readonly errorAt: (path: readonly PropertyKey[], problem: string) => UsageError
}

/**
 * A YAML text as its schema has it. The message of a failed check is the phrase behind "allowed:".
 * @param file named in errors
 * @throws UsageError naming file, line, key, value and what is allowed
 */
export function parseCheckedYaml<T>(text: string, file: string, schema: z.ZodType<T>): CheckedYaml<T> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [syntax] = document.errors
  if (syntax !== undefined) throw new UsageError(`Cannot read ${file}: ${firstLine(syntax.message)}`)
  const raw = valueOf(document, file)
  const result = schema.safeParse(raw)
  const errorAt = (path: readonly PropertyKey[], problem: string): UsageError => {
    const node = locate(document, path)
    const line = node === null ? '' : `:${lines.linePos(node).line}`
    return new UsageError(`${file}${line}: ${problem}`)
  }
  if (result.success) return { value: result.data, errorAt }
  const { issues } = result.error
  // A key that is unknown is often one that is missing, misspelt: it says more.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!
  const { path, problem } = describe(issue, raw, schema)
  throw errorAt(path, `${problem}${issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''}`)
}

/** What the text says; its aliases are looked up only now. */
function valueOf(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS()
  } catch (cause) {
    throw new UsageError(`Cannot read ${file}: ${firstLine(messageOf(cause))}`, { cause })
  }
}

function describe(
  issue: z.core.$ZodIssue,
  raw: unknown,
  schema: z.ZodType,
): { path: PropertyKey[]; problem: string } {
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys
    const path = [...issue.path, key]
    return {
      path,
      problem: `unknown key ${path.join('.')}${suggestion(key, keysAt(schema, raw, issue.path))}`,
    }
  }
  const where = issue.path.length === 0 ? 'the file' : issue.path.join('.')
  const value = valueAt(raw, issue.path)
  const what = value === undefined ? ' is missing' : `: ${JSON.stringify(value)} is not allowed`
  return {
    path: issue.path,
    problem: `${where}${what}; ${nearWord(value, issue.message)}allowed: ${issue.message}`,
  }
}

/** What may have been meant where one of a list of words is allowed. */
function nearWord(value: unknown, allowed: string): string {
  if (typeof value !== 'string' || !WORDS.test(allowed)) return ''
  const near = nearest(value, allowed.split(', '))
  return near === null ? '' : `did you mean ${near}? `
}

const WORDS = /^[\w.-]+(?:, [\w.-]+)+$/

function suggestion(key: string, allowed: readonly string[]): string {
  const near = nearest(key, allowed)
  return near === null ? `; allowed: ${allowed.join(', ')}` : `; did you mean ${near}?`
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    raw,
  )
}

/** The keys a section may have, read off the schema's own description. */
function keysAt(schema: z.ZodType, raw: unknown, path: readonly PropertyKey[]): string[] {
  const root: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  let described = chosenBy(root, raw)
  for (const [depth, key] of path.entries()) {
    const inside = typeof key === 'number' ? ['items'] : ['properties', key]
    described = chosenBy(valueAt(described, inside), valueAt(raw, path.slice(0, depth + 1)))
  }
  return Object.keys(valueAt(described, ['properties']) ?? {})
}

/** Of several alternatives the one whose constants the value has. */
function chosenBy(described: unknown, value: unknown): unknown {
  const alternatives = valueAt(described, ['oneOf']) ?? valueAt(described, ['anyOf'])
  if (!Array.isArray(alternatives)) return described
  return alternatives.find((alternative) =>
    Object.entries(valueAt(alternative, ['properties']) ?? {}).every(([key, property]) => {
      const constant = valueAt(property, ['const'])
      return constant === undefined || constant === valueAt(value, [key])
    }),
  )
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
