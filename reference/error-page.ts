import { ENGINE_ERRORS, JET_STREAM_ERRORS, STREAM_ERRORS, USAGE_ERRORS } from './error-codes.ts'

/** The page that explains every code of an error, in Markdown. */
export function errorPage(): string {
  return [
    '# Errors\n\nThis page is made from `reference/error-codes.ts` by `npm run docs`.\n',
    part(
      'Wrong usage or environment',
      'The program says in one sentence what is wrong and what is allowed, and ends with status 2. For programs that is a `UsageError`, with a `code`:',
      USAGE_ERRORS,
    ),
    part('The container engine', 'In the log as `err.code` of an `EngineError`:', ENGINE_ERRORS),
    part('NATS JetStream', 'In the log as `err.code` of a `JetStreamError`:', JET_STREAM_ERRORS),
    part('Streams', 'Label `error_type` of `log_capturer_container_stream_errors_total`:', STREAM_ERRORS),
  ].join('\n')
}

function part(title: string, introduction: string, codes: Readonly<Record<string, string>>): string {
  const lines = Object.entries(codes).map(([code, meaning]) => `- \`${code}\`: ${meaning}\n`)
  return `## ${title}\n\n${introduction}\n\n${lines.join('')}`
}
