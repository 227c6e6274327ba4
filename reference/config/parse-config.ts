import { parseCheckedYaml } from './checked-yaml.ts'
import type { CollectorConfig } from './config.ts'
import { contradictionIn } from './contradictions.ts'
import { DEFAULT_DOCKER_HOST } from './docker-host.ts'
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
  const schema = configSchema(env['DOCKER_HOST'] || DEFAULT_DOCKER_HOST)
  const { value, errorAt } = parseCheckedYaml(text, file, schema)
  const contradiction = contradictionIn(value)
  if (contradiction !== null) throw errorAt(contradiction.path, contradiction.problem)
  return value
}
