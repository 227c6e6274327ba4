import { isScalar, LineCounter, parse, parseDocument, visit } from 'yaml'
import { z } from 'zod'
import { messageOf } from '../errors.ts'
import { printable } from '../printable.ts'
import { UsageError } from '../usage-error.ts'
import { isRecord, substitute, SubstitutionError, type Environment, type Substituted } from './environment.ts'
import { nearest } from './nearest.ts'

export interface YamlOptions {
  /** Named in errors. */
  readonly file: string
  /** Where given, texts may name its variables (see `substitute`). */
  readonly env?: Environment
  /** What the file says, with what it leaves out and something else says. Left out: as it is. */
  readonly amend?: (raw: unknown) => unknown
}

export interface CheckedYaml<T> {
  readonly value: T
  /** What the schema was given. */
  readonly raw: unknown
  /** An error that names file and line of the value at a path, for what a schema cannot say. */
  readonly errorAt: (path: readonly PropertyKey[], problem: string) => UsageError
}

/**
 * A YAML text as its schema has it. The message of a failed check is the phrase behind "allowed:".
 * @throws UsageError naming file, line, key, value and what is allowed
 */
export function parseCheckedYaml<T>(
  text: string,
  schema: z.ZodType<T>,
  { file, env, amend = (raw) => raw }: YamlOptions,
): CheckedYaml<T> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [syntax] = document.errors
  if (syntax !== undefined) throw unreadable(file, syntax)
  const refused = (offset: number | null, problem: string): UsageError => {
    const line = offset === null ? '' : `:${lines.linePos(offset).line}`
    return new UsageError(`${file}${line}: ${printable(problem)}`, { code: 'config_invalid' })
  }
  const errorAt = (path: readonly PropertyKey[], problem: string): UsageError =>
    refused(locate(document, path), problem)
  const collection = collectionAsKey(document)
  if (collection !== null) throw refused(collection, 'a key is a text, and not a mapping, a list or an alias')
  const said = withVariables(valueOf(document, file), env, errorAt)
  const raw = amend(said.raw)
  const { result, checked } = check(schema, raw, said.substituted)
  if (result.success) return { value: result.data, raw: checked, errorAt }
  const { issues } = result.error
  // A key that is unknown is often one that is missing, misspelt: it says more.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!
  const { path, problem } = describe(issue, checked, schema)
  throw errorAt(path, `${problem}${issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''}`)
}

function withVariables(
  raw: unknown,
  env: Environment | undefined,
  errorAt: CheckedYaml<unknown>['errorAt'],
): ReturnType<typeof substitute> {
  if (env === undefined) return { raw, substituted: [] }
  try {
    return substitute(raw, env)
  } catch (error) {
    if (!(error instanceof SubstitutionError)) throw error
    throw errorAt(error.path, `${error.path.join('.')}: ${error.message}`)
  }
}

/** What a variable was put into is a text where a text is allowed; anything else it is read as, as if it stood in the file itself. */
function check<T>(
  schema: z.ZodType<T>,
  raw: unknown,
  substituted: readonly Substituted[],
): { result: z.ZodSafeParseResult<T>; checked: unknown } {
  const result = schema.safeParse(raw)
  if (result.success || substituted.length === 0) return { result, checked: raw }
  const refused = new Set(result.error.issues.map(({ path }) => JSON.stringify(path)))
  const checked = substituted
    .filter(({ path }) => refused.has(JSON.stringify(path)))
    .reduce((value, { path, text }) => withValueAt(value, path, scalarOf(text)), raw)
  return { result: schema.safeParse(checked), checked }
}

/** A number, a truth value or null; any other text is itself. */
function scalarOf(text: string): unknown {
  if (!/^[\w.+~-]*$/.test(text)) return text
  return parse(text) ?? null
}

function withValueAt(value: unknown, [key, ...rest]: readonly PropertyKey[], replacement: unknown): unknown {
  if (key === undefined) return replacement
  if (Array.isArray(value)) return value.with(Number(key), withValueAt(value[Number(key)], rest, replacement))
  return isRecord(value) ? { ...value, [key]: withValueAt(value[String(key)], rest, replacement) } : value
}

/** What the text says; its aliases are looked up only now. */
function valueOf(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS()
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

function unreadable(file: string, cause: unknown): UsageError {
  const why = printable(firstLine(messageOf(cause)))
  return new UsageError(`Cannot read ${file}: ${why}`, { cause, code: 'config_unreadable' })
}

/** Offset of a key that is no text: it would become one that nobody has written. */
function collectionAsKey(document: ReturnType<typeof parseDocument>): number | null {
  let offset: number | null = null
  visit(document, {
    Pair: (_, { key, value }) => {
      if (key === null || isScalar(key)) return undefined
      offset = offsetOf(key) ?? offsetOf(value) ?? 0
      return visit.BREAK
    },
  })
  return offset
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
  const isSecret = describedAt(schema, raw, issue.path).some((described) => valueAt(described, ['writeOnly']))
  const shown = isSecret ? 'what it says' : JSON.stringify(value)
  const what = value === undefined ? ' is missing' : `: ${shown} is not allowed`
  return {
    path: issue.path,
    problem: `${where}${what}; ${isSecret ? '' : nearWord(value, issue.message)}allowed: ${issue.message}`,
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
  return Object.keys(valueAt(describedAt(schema, raw, path).at(-1), ['properties']) ?? {})
}

/** The schema's own description of the file and of each value on the way to a path. */
function describedAt(schema: z.ZodType, raw: unknown, path: readonly PropertyKey[]): unknown[] {
  const described = [chosenBy(jsonSchemaOf(schema), raw)]
  for (const [depth, key] of path.entries()) {
    const inside = typeof key === 'number' ? ['items'] : ['properties', key]
    described.push(chosenBy(valueAt(described.at(-1), inside), valueAt(raw, path.slice(0, depth + 1))))
  }
  return described
}

const jsonSchemas = new WeakMap<z.ZodType, unknown>()

function jsonSchemaOf(schema: z.ZodType): unknown {
  const known = jsonSchemas.get(schema) ?? z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  jsonSchemas.set(schema, known)
  return known
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
    const offset = offsetOf(document.getIn(path.slice(0, depth), true))
    if (offset !== null) return offset
  }
  return null
}

function offsetOf(node: unknown): number | null {
  const range: unknown = valueAt(node, ['range'])
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : null
}

function firstLine(message: string): string {
  return message.split('\n')[0]!.replace(/:$/, '')
}
