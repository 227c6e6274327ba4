import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { fastifyApp, HTTP_LIMITS } from '../../reference/adapters/fastify-http-server.ts'
import { captureRoutes } from '../../reference/http/capture-routes.ts'
import { json } from '../../reference/http/api-route.ts'
import { monitorRoutes } from '../../reference/http/monitor-routes.ts'
import { pushRoute } from '../../reference/http/push-route.ts'
import { reloadRoute } from '../../reference/http/reload-routes.ts'
import { pushedPath } from '../../reference/push/file-name.ts'
import { readPush, type PushRequest } from '../../reference/push/push-request.ts'
import type { SeededRandom } from '../../simulators/index.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { pieces } from './mutate.ts'

const BODY_BYTES_MAX = 4096
const LIMITS = { maxLineBytes: 1000, recordsMax: 100 }
const ROUTES = [
  '/api/logs',
  '/api/config/reload',
  '/api/monitors/start',
  '/api/monitors/container/stop',
  '/debug/cpu-profile',
  '/debug/heap-snapshot',
]
const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'application/JSON;a="b"',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=a',
  'application/x-ndjson',
  '',
]
const BODIES = [
  '{"message":"one\\ntwo\\n","file":"/var/log/app.log"}',
  '[{"message":"gr\u00f6\u00dfe \\u00e9 \\ud83d\\ude00","file":"a"},{"message":"","file":"b/c.log"},{"message":"x","file":"a"}]',
  '{"seconds":10}',
  'null',
  '',
]

const WORDS = [
  '"__proto__":{},',
  '"constructor":{"prototype":{}},',
  '"message":',
  '"file":"../a"',
  '\\ud800',
  '\\u0000',
  '\\n',
  '[',
  '{',
  '\uFEFF',
  '1e999',
  'x'.repeat(1001),
  '[['.repeat(500),
]
const NAMES = ['app', '/var/log/app.log', 'a/b.log', 'app.log', 'gr\u00f6\u00dfe']

/** What was taken of the request that is being tried. */
let taken: PushRequest | null = null
let made: Promise<FastifyInstance> | null = null

/** The routes that take a body or change something, as they are served; behind them is nothing. */
async function serving(): Promise<FastifyInstance> {
  const app = fastifyApp(
    [
      pushRoute({
        push: {
          async take(body, key) {
            taken = readPush(body, key, LIMITS)
            return { records: taken.records, repeated: false }
          },
          noteRefused() {},
        },
        bodyBytesMax: BODY_BYTES_MAX,
      }),
      reloadRoute(async () => ({ result: 'unchanged', at: '', changed: [], problem: null })),
      ...monitorRoutes([]),
      ...captureRoutes({ cpuProfile: async () => json(200, {}), heapSnapshot: () => json(200, {}) }),
    ],
    { limits: HTTP_LIMITS, logger: undefined },
  )
  await app.ready()
  return app
}

/** A request as it is written on the wire, but that nothing of it need be right: a line with the path, headers, an empty line, the body. */
function requestOf(input: Uint8Array): InjectOptions {
  const bytes = Buffer.from(input)
  const end = bytes.indexOf('\n\n')
  const head = bytes.subarray(0, end < 0 ? bytes.length : end).toString('latin1')
  const [path = '', ...lines] = head.split('\n')
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.split(':')
      return [name.trim().toLowerCase(), value.join(':').trim()]
    }),
  )
  return {
    method: 'POST',
    // Who finds the route is not what is tried.
    url: ROUTES.includes(path) ? path : ROUTES[path.length % ROUTES.length]!,
    headers,
    ...(end >= 0 && { payload: bytes.subarray(end + 2) }),
  }
}

/** The body as it is, or lines of it as a program sends them that does it right. */
function pushOf(input: Uint8Array, random: SeededRandom): InjectOptions {
  const lines = pieces(input, random).slice(0, LIMITS.recordsMax)
  const entries = lines.map((line, at) => ({
    message: Buffer.from(line).toString(at % 2 === 0 ? 'utf8' : 'latin1'),
    file: NAMES[(line.length + at) % NAMES.length]!,
  }))
  const payload = Buffer.from(random.chance(0.5) ? input : JSON.stringify(entries))
  return { method: 'POST', url: '/api/logs', headers: { 'content-type': 'application/json' }, payload }
}

/** No request makes a route fail, and what is answered well is taken as it was sent. */
async function tryRequest(request: InjectOptions): Promise<void> {
  const app = await (made ??= serving())
  taken = null
  const reply = await app.inject(request)
  if (reply.statusCode >= 500) throw new Error(`Answered with ${reply.statusCode}: ${reply.body}`)
  if (reply.statusCode >= 400) assertSentence(reply)
  if (request.url === '/api/logs') assertTaken(reply, request.payload)
}

function assertSentence(reply: LightMyRequestResponse): void {
  const { error }: { error: unknown } = reply.json()
  if (typeof error !== 'string' || error === '' || error.includes('\n'))
    throw new Error(`Refused with no sentence: ${reply.body}`)
}

/** All of it and nothing else where it is answered well, and nothing where it is not. */
function assertTaken(reply: LightMyRequestResponse, payload: InjectOptions['payload']): void {
  if (reply.statusCode !== 200) {
    if (taken !== null) throw new Error(`Answered with ${reply.statusCode}, and taken`)
    return
  }
  const files = filesOf(payload)
  const own = (taken?.files ?? []).map(
    ({ path, bytes }) => [path, Buffer.from(bytes).toString('base64')] as const,
  )
  const wanted = [...files].map(([path, text]) => [path, Buffer.from(text).toString('base64')] as const)
  if (JSON.stringify(own) !== JSON.stringify(wanted)) throw new Error('What was taken is not what was sent')
  const records = [...files.values()].join('').split('\n').length - 1
  const counted = taken?.files.reduce((sum, { ends }) => sum + ends.length, 0)
  const { records: told }: { records: unknown } = reply.json()
  if (told !== records || counted !== records)
    throw new Error(`Of ${records} lines ${String(told)} were told and ${counted} taken`)
}

/** What a request that is right asks for, read another way: the text of each file. @throws Error when it is none */
function filesOf(payload: InjectOptions['payload']): Map<string, string> {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.alloc(0)
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  const body: Entry | Entry[] = JSON.parse(text)
  const files = new Map<string, string>()
  for (const { file, message } of Array.isArray(body) ? body : [body]) {
    if (!message.isWellFormed()) throw new Error('Half a pair of surrogates was taken')
    const path = pushedPath(file)
    files.set(path, `${files.get(path) ?? ''}${message}${message.endsWith('\n') ? '' : '\n'}`)
  }
  return files
}

interface Entry {
  readonly message: string
  readonly file: string
}

/** What programs send to the API. */
export const API_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'api-requests',
    reads: 'requests to the API that have a body or change something',
    corpus: [
      ...BODIES.map((body) => `/api/logs\ncontent-type: application/json\nidempotency-key: job-1\n\n${body}`),
      ...TYPES.map((type) => `/api/logs\ncontent-type: ${type}\n\n${BODIES[0]}`),
      ...ROUTES.map(
        (route, at) => `${route}\ncontent-type: application/json\n\n${BODIES[at % BODIES.length]}`,
      ),
    ].map((text) => new Uint8Array(Buffer.from(text))),
    words: [
      ...ROUTES,
      ...TYPES.map((type) => `content-type: ${type}\n`),
      'content-length: 3\n',
      'content-length: 99999999\n',
      'transfer-encoding: chunked\n',
      'content-encoding: gzip\n',
      'origin: http://a\n',
      'idempotency-key: \u00e9\n',
      ...WORDS,
    ],
    tryInput: (input) => tryRequest(requestOf(input)),
  },
  {
    name: 'pushed-lines',
    reads: 'the body of POST /api/logs',
    corpus: BODIES.map((text) => new Uint8Array(Buffer.from(text))),
    words: WORDS,
    tryInput: (input, random) => tryRequest(pushOf(input, random)),
  },
]
