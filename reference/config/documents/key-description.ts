import { z } from 'zod'
import { configSchema } from '../config.ts'

/** A key of the configuration as its schema declares it. */
export interface KeyDescription {
  /** As in the file. */
  readonly key: string
  /** What it is for: a phrase without a full stop at its end. */
  readonly description: string
  /** Of a section: its keys. Null for a value. */
  readonly keys: readonly KeyDescription[] | null
  /** The values there are, in words; empty for a section. */
  readonly allowed: string
  /** The values where they are a few words; else empty. */
  readonly words: readonly string[]
  /** As it is written in the file. Null where the key is left out by default. */
  readonly usual: unknown
  /** Of a key that is left out by default. */
  readonly example: unknown
  /** Whether its value is shown to nobody. */
  readonly secret: boolean
  /** Whether a collector that runs cannot take up another value; of a section: of any of its keys. */
  readonly needsRestart: boolean
}

/** What zod makes of a type, with its metadata. */
export interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly example?: unknown
  readonly allowed?: string
  readonly writeOnly?: boolean
  readonly needsRestart?: boolean
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
}

/** The JSON Schema of a configuration file, as zod makes it. */
export function plainJsonSchema(): JsonSchema {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- these are keywords it uses, and metadata of ours
  return z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
}

/** Every key there is, in the order of the schema. */
export function describeKeys(schema: JsonSchema = plainJsonSchema()): KeyDescription[] {
  return Object.entries(schema.properties ?? {}).map(([key, declared]) => {
    const value = valueOf(declared)
    return {
      key,
      description: declared.description ?? '',
      keys: declared.properties === undefined ? null : describeKeys(declared),
      allowed: declared.allowed ?? value.allowed ?? '',
      words: value.enum ?? [],
      usual: declared.default ?? null,
      example: declared.example ?? null,
      secret: (declared.writeOnly ?? value.writeOnly) === true,
      needsRestart: declared.needsRestart === true,
    }
  })
}

/** What a value is where it is not null. */
export function valueOf({ anyOf, ...schema }: JsonSchema): JsonSchema {
  const [value, none] = anyOf ?? []
  return value !== undefined && none?.type === 'null' ? value : schema
}
