import { gunzipSync } from 'node:zlib'
import { LINES, type SinkFormat } from '../../simulators/index.ts'
import { readPushRequest } from '../../simulators/sinks/loki/push-request.ts'
import { exportAnswer, readExportRequest } from '../../simulators/sinks/otlp/export-request.ts'

/**
 * What arrives, by its path: of a push to Loki (`/loki/api/v1/push`) and of an export of OTLP (`/v1/logs`) each line is an entry, in whatever encoding they allow;
 * of any other request the body is, unpacked where it says that it is in gzip. Answered is what each of them answers.
 */
export const ANY_KIND: SinkFormat = {
  entries: (request) => kindOf(request.path).entries(request),
  accepted: (count, request) => kindOf(request.path).accepted(count, request),
  partlyAccepted: (entries, rejected, request) =>
    kindOf(request.path).partlyAccepted(entries, rejected, request),
}

const LOKI: SinkFormat = {
  ...LINES,
  entries: (request) =>
    readPushRequest(request).flatMap(({ entries }) => entries.map(({ line }) => Buffer.from(line))),
}

const OTLP: SinkFormat = {
  entries: (request) =>
    readExportRequest(request).map(({ body }) =>
      Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? '')),
    ),
  accepted: (_, request) => exportAnswer(0, '', request),
  partlyAccepted: (_, rejected, request) => exportAnswer(rejected.length, 'some were not taken', request),
}

const PLAIN: SinkFormat = {
  ...LINES,
  entries: ({ headers, body }) => [headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body],
}

function kindOf(path: string): SinkFormat {
  const { pathname } = new URL(path, 'http://sink')
  if (pathname === '/loki/api/v1/push') return LOKI
  if (pathname === '/v1/logs') return OTLP
  return PLAIN
}
