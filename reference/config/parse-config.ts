import { parseCheckedYaml } from './checked-yaml.ts'
import { configSchema, type CollectorConfig } from './config.ts'
import { contradictionIn } from './contradictions.ts'
import { withEngineOf } from './engine-environment.ts'
import type { Environment } from './environment.ts'

export interface ParseOptions {
  /** Named in errors. */
  readonly file: string
  /** DOCKER_HOST is the default of `socket_path`, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH of `tls`; `${NAME}` in a text stands for any variable. */
  readonly env: Environment
}

/**
 * The configuration in a YAML text; what it leaves out is the default.
 * @throws UsageError naming file, line, key, value and what is allowed; or the environment variable.
 */
export function parseConfig(text: string, options: ParseOptions): CollectorConfig {
  return readConfig(text, options).config
}

/**
 * The same, with what the file and the environment say, as texts and numbers under the file's keys.
 * @throws as `parseConfig`
 */
export function readConfig(
  text: string,
  { file, env }: ParseOptions,
): { readonly config: CollectorConfig; readonly said: unknown } {
  const { value, raw, errorAt } = parseCheckedYaml(text, configSchema, {
    file,
    env,
    amend: (said) => withEngineOf(env, said),
  })
  const contradiction = contradictionIn(value)
  if (contradiction !== null) throw errorAt(contradiction.path, contradiction.problem)
  return { config: value, said: raw }
}
