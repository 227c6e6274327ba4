import { flow, sentence } from './example.ts'
import type { KeyDescription } from './key-description.ts'

const HEAD = `# Configuration

This page is made from the schema by \`npm run docs\`.

\`watertight collect --config FILE\` reads one YAML file. Every key is optional, and a section may be empty. A duration is a number with a unit: \`100ms\`, \`30s\`, \`5m\`,
\`1h\`. A size is one of \`16KiB\`, \`64MiB\`, \`1GiB\`. [collector.yaml](../reference/operations/collector.yaml) has every key with its default, and an editor completes and
checks a file by [collector.schema.json](../reference/operations/collector.schema.json):

<!-- test: collector -->

\`\`\`yaml
# yaml-language-server: $schema=./collector.schema.json
\`\`\`

\`--check\` says whether a file can be used, and ends with status 0 or 2. \`--print\` prints the complete configuration, with the defaults and what the environment adds;
secrets are not shown.

**Environment.** In a value, \`\${NAME}\` stands for an environment variable, which must be set; \`\${NAME:-text}\` stands for \`text\` where it is unset or empty; \`$$\` is a
dollar sign. What a variable holds is never read as YAML, so that it adds no keys; a number, \`true\`, \`false\` or nothing is read as such where the key asks for it.
\`DOCKER_HOST\`, \`DOCKER_TLS_VERIFY\`, \`DOCKER_TLS\` and \`DOCKER_CERT_PATH\` say where the engine is where the file does not.

**Other settings without a restart.** SIGHUP, or \`POST /api/config/reload\`, has a collector read its file again. What did not change goes on untouched: streams, sinks with their queues, positions.
Of what is marked *needs a restart*, and of a section so marked, nothing can change that way: then, as where the file is wrong, nothing at all is taken up, and the log, \`/status\`,
\`/health\` and \`log_capturer_config_reload_total\` say so; \`log_capturer_config_last_reload_successful\` is 0 until one is taken up. The files of \`api.tls\` are read again too: another certificate is shown
to who connects from then on, and one that is no good has the reload refused. Sinks over HTTP read their files of TLS for each connection; those of \`container_monitor.tls\` and of JetStream are read when the collector or
the connection begins.
`

/** The page that explains every key, in Markdown. */
export function referencePage(keys: readonly KeyDescription[]): string {
  const root = { key: '', keys, description: 'at the top of the file', needsRestart: false }
  return [HEAD, ...sections(root, [])].join('\n')
}

type Section = Pick<KeyDescription, 'key' | 'keys' | 'description' | 'needsRestart'>

function sections(section: Section, path: readonly string[]): string[] {
  const keys = section.keys ?? []
  const title = path.length === 0 ? 'Top level' : path.join('.')
  return [
    `${path.length < 2 ? '##' : '###'} ${title}\n`,
    `${escaped(sentence(section.description))}${needsRestart(section)}\n`,
    keys
      .filter((key) => key.keys === null)
      .map(item)
      .join(''),
    ...keys.filter((key) => key.keys !== null).flatMap((key) => sections(key, [...path, key.key])),
  ]
}

function item(described: KeyDescription): string {
  const { key, usual, allowed, description, example } = described
  const value =
    usual === null ? `not set by default, such as \`${flow(example)}\`` : `by default \`${flow(usual)}\``
  return `- \`${key}\`: ${escaped(allowed)}; ${value}. ${escaped(sentence(description))}${needsRestart(described)}\n`
}

function needsRestart(described: Pick<KeyDescription, 'needsRestart'>): string {
  return described.needsRestart ? ' *Needs a restart.*' : ''
}

/** As plain text in Markdown. */
function escaped(text: string): string {
  return text.replaceAll(/[*<[\]]/g, String.raw`\$&`)
}
