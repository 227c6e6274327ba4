import { plainJsonSchema, valueOf, type JsonSchema } from './key-description.ts'

/** The JSON Schema of a configuration file, by which an editor completes, explains and checks it. */
export function editorSchema(): object {
  return { title: 'Configuration of the watertight collector', ...forEditors(plainJsonSchema()) }
}

function forEditors(schema: JsonSchema): object {
  const { needsRestart: _restart, ...shown } = schema
  const { properties, required: _, ...rest } = shown
  if (properties === undefined) return explained(shown)
  const keys = Object.entries(properties)
  return {
    ...rest,
    // An empty section is all defaults.
    type: ['object', 'null'],
    properties: Object.fromEntries(keys.map(([key, value]) => [key, forEditors(value)])),
  }
}

/** A value, or a text into which the environment puts one. */
function explained(schema: JsonSchema): object {
  const {
    description,
    example,
    allowed = valueOf(schema).allowed,
    default: usual,
    writeOnly,
    ...type
  } = schema
  return {
    description: allowed === undefined ? description : `${description} (${allowed})`,
    ...(usual !== undefined && { default: usual }),
    ...(example !== undefined && { examples: [example] }),
    ...(writeOnly && { writeOnly }),
    ...orVariable(type),
  }
}

function orVariable(type: JsonSchema): object {
  const { allowed: _, ...plain } = type
  if (plain.items !== undefined) return { ...plain, items: orVariable(plain.items) }
  if (plain.type === 'object') return plain
  const alternatives = plain.anyOf?.map(({ allowed: __, ...alternative }) => alternative) ?? [plain]
  return { anyOf: [...alternatives, { type: 'string', pattern: String.raw`\$\{` }] }
}
