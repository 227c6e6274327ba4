import { parseCheckedYaml } from './checked-yaml.ts'
import type { CollectorConfig } from './config.ts'
import { contradictionIn } from './contradictions.ts'
import type { Environment } from './engine-environment.ts'
import { configSchema } from './schema.ts'

export interface ParseOptions {
  /** Named in errors. */
  readonly file: string
  /** DOCKER_HOST is the default of `socket_path`, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH of `tls`. */
  readonly env: Environment
}

/**
 * The configuration in a YAML text; what it leaves out is the default.
 * @throws UsageError naming file, line, key, value and what is allowed; or the environment variable.
 */
export function parseConfig(text: string, { file, env }: ParseOptions): CollectorConfig {
  const { value, errorAt } = parseCheckedYaml(text, file, configSchema(env))
  const contradiction = contradictionIn(value)
  if (contradiction !== null) throw errorAt(contradiction.path, contradiction.problem)
  return value
}
