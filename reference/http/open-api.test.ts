import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ApiRig } from './api-rig.test-helper.ts'

const operation = z.object({
  summary: z.string().min(10),
  responses: z.record(
    z.string(),
    z.object({
      description: z.string().min(2),
      content: z.object({ 'application/json': z.object({ schema: z.record(z.string(), z.unknown()) }) }),
    }),
  ),
})
const document = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), operation)),
})

const ajv = new Ajv2020({ strict: false })
const compiled = new Map<string, ValidateFunction>()

/** Compiled once for each schema: that takes longer than all the rest. */
function validatorOf(schema: Record<string, unknown>): ValidateFunction {
  const text = JSON.stringify(schema)
  const validator = compiled.get(text) ?? ajv.compile(schema)
  compiled.set(text, validator)
  return validator
}

/** What the description says of the API of a collector as it stands. */
async function described(rig: ApiRig): Promise<z.infer<typeof document>> {
  return document.parse((await rig.get('/openapi.json')).body)
}

/** `npm run docs` writes what this compares. */
test('the description, reference/operations/openapi.json, is up to date', async () => {
  const rig = new ApiRig()
  await rig.start()
  const text = `${JSON.stringify((await rig.get('/openapi.json')).body, null, 2)}\n`
  await expect(text).toMatchFileSnapshot('../operations/openapi.json')
})

test('every answer is as it is described, from well to stopped, with a token and without', async () => {
  const token = { value: 'open-sesame-0123456789', file: null }
  const seen = new Set<string>()
  for (const config of [{}, { api: { token } }, { fileMonitor: { enabled: false } }]) {
    const rig = new ApiRig({ config })
    rig.add('web')
    rig.append('a line')
    await rig.start()
    const { paths } = await described(rig)
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses }]) => ({ path, method, responses })),
    )
    // Twice over: before the engine answered, and once all is well.
    for (const pauseMs of [0, 6000]) {
      await rig.world.advance(pauseMs)
      for (const { path, method, responses } of operations) {
        for (const headers of [
          {},
          { authorization: `Bearer ${token.value}` },
          { origin: 'https://example.org' },
        ]) {
          const { status, body } = await (method === 'get' ? rig.get(path, headers) : rig.post(path, headers))
          const response = responses[String(status)]
          const accepts = validatorOf(response?.content['application/json'].schema ?? { not: {} })
          expect(
            accepts(body),
            `${method} ${path} answered ${status}: ${JSON.stringify([body, accepts.errors])}`,
          ).toBe(true)
          seen.add(`${method} ${path} ${status}`)
        }
      }
      await rig.post('/api/monitors/start', { authorization: `Bearer ${token.value}` })
    }
    await rig.stop()
  }
  expect([...seen].filter((each) => / (?:401|403|409|503)$/.test(each)).length).toBeGreaterThan(10)
  expect(seen).toContain('get /status 200')
})
