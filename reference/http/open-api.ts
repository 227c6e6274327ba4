import { z } from 'zod'
import { errorBody, json, type ApiRoute } from './api-route.ts'

const openApiDocument = z.looseObject({ openapi: z.string() })

/** `GET /openapi.json`: the description of the routes and of itself. */
export function openApiRoute(routes: readonly ApiRoute[]): ApiRoute {
  const own: ApiRoute = {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This description, OpenAPI 3.1',
    replies: { 200: openApiDocument },
    access: 'open',
    // Made when it is asked for: hardly anybody does.
    handle: () => json(200, openApi([...routes, own])),
  }
  return own
}

/** What the routes answer with, from the schemas they are tested against. */
export function openApi(routes: readonly ApiRoute[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route)
  return {
    openapi: '3.1.0',
    info: { title: 'watertight collector', version: '1' },
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  }
}

function operation({ access, body, headers = {}, method, replies, summary }: ApiRoute): object {
  const isOpen = access === 'open'
  const refused = isOpen ? {} : { 401: errorBody, ...(method === 'POST' ? { 403: errorBody } : {}) }
  const all = Object.entries({ ...replies, ...refused, 429: errorBody })
  return {
    summary,
    // The empty one: where the configuration has no token, none is needed.
    security: isOpen ? [] : [{ token: [] }, {}],
    ...(Object.keys(headers).length > 0 && { parameters: Object.entries(headers).map(parameter) }),
    ...(body !== undefined && { requestBody: { required: true, content: contentOf(body) } }),
    responses: Object.fromEntries(all.map(([status, schema]) => [status, response(Number(status), schema)])),
  }
}

function parameter([name, description]: [string, string]): object {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } }
}

function response(status: number, schema: z.ZodType): object {
  return { description: MEANINGS[status] ?? '', content: contentOf(schema) }
}

function contentOf(schema: z.ZodType): object {
  const { $schema: _, ...plain } = z.toJSONSchema(schema)
  return { 'application/json': { schema: plain } }
}

const MEANINGS: Readonly<Record<number, string>> = {
  200: 'As asked',
  400: 'Not allowed, and why',
  401: 'The token is missing or wrong',
  403: 'A page in a browser asks, and there is no token',
  409: 'Not now, and why',
  413: 'Too much, and what is allowed',
  422: 'The key stood for other lines',
  429: 'Too often, or too much at present, and what is allowed',
  500: 'Not known whether it was done',
  503: 'Not well, or not now, and why',
}
