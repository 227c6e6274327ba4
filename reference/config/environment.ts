/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A text in which the environment has put something, and where in the file it stands. */
export interface Substituted {
  readonly path: readonly PropertyKey[]
  readonly text: string
}

/**
 * What a file says, with `${NAME}` in its texts replaced by the variable, `${NAME:-text}` by `text` where that is unset or empty, and `$$` by a dollar sign.
 * It happens after YAML was read, in values only, so that no variable can add keys; what a variable holds is not looked at again.
 * @param raw what the file says, not yet checked
 * @throws SubstitutionError when a variable is not set, or `${` begins nothing of the kind
 */
export function substitute(raw: unknown, env: Environment): { raw: unknown; substituted: Substituted[] } {
  const substituted: Substituted[] = []
  const inside = (value: unknown, path: readonly PropertyKey[]): unknown => {
    if (typeof value === 'string' && value.includes('$')) {
      const text = textWith(env, value, path)
      if (text !== value) substituted.push({ path, text })
      return text
    }
    if (Array.isArray(value)) return value.map((item, index) => inside(item, [...path, index]))
    if (!isRecord(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inside(item, [...path, key])]))
  }
  return { raw: inside(raw, []), substituted }
}

/** What is wrong with a text in which a variable is named. */
export class SubstitutionError extends Error {
  readonly path: readonly PropertyKey[]

  constructor(path: readonly PropertyKey[], message: string) {
    super(message)
    this.path = path
  }
}

const REFERENCE = /\$\$|\$\{(?:([A-Za-z_]\w*)(?::-([^}]*))?\})?/g

function textWith(env: Environment, text: string, path: readonly PropertyKey[]): string {
  return text.replaceAll(REFERENCE, (match, name: string | undefined, usual: string | undefined) => {
    if (match === '$$') return '$'
    if (name === undefined)
      throw new SubstitutionError(
        path,
        `\${ begins no variable; allowed: \${NAME}, \${NAME:-default}, and $$ for a dollar sign`,
      )
    const value = env[name]
    if (usual !== undefined) return value || usual
    if (value !== undefined) return value
    throw new SubstitutionError(
      path,
      `the environment variable ${name} is not set; set it, or write \${${name}:-default}`,
    )
  })
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
