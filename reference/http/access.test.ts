import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ApiRig } from './api-rig.test-helper.ts'

const TOKEN = 'open-sesame-0123456789'
const withToken = { authorization: `Bearer ${TOKEN}` }
const open = ['/health', '/health/live', '/health/ready', '/openapi.json']
const shown = ['/status', '/debug/tasks', '/debug/handles']

function rigWith(token: { value: string; file: null } | { value: null; file: string } | null): ApiRig {
  return new ApiRig({ config: { api: { token } } })
}

function writeFile(rig: ApiRig, text: string): void {
  const { disk } = rig.world.fileSystem
  disk.mkdir('/run')
  const node = disk.open('/run/token', 'w')
  if (node.kind === 'file') node.write(Buffer.from(text), 0)
}

describe('where there is a token', () => {
  test('what shows or changes something needs it, and health and the description do not', async () => {
    const rig = rigWith({ value: TOKEN, file: null })
    await rig.start()
    await rig.world.advance(5000)
    for (const path of open) expect([path, (await rig.get(path)).status]).toEqual([path, 200])
    for (const path of shown) {
      expect([path, (await rig.get(path)).status]).toEqual([path, 401])
      expect([path, (await rig.get(path, withToken)).status]).toEqual([path, 200])
    }
    for (const wrong of [
      {},
      { authorization: TOKEN },
      { authorization: `Bearer ${TOKEN}x` },
      { authorization: 'Bearer ' },
    ])
      expect((await rig.post('/api/monitors/file/stop', wrong)).status).toBe(401)
    expect((await rig.get('/health')).status).toBe(200)
    expect((await rig.post('/api/monitors/file/stop', withToken)).status).toBe(200)
  })

  test('it is never said, neither by the log nor by an answer', async () => {
    const rig = rigWith({ value: TOKEN, file: null })
    await rig.start()
    const answers = [
      await rig.post('/api/monitors/stop', { authorization: `Bearer ${TOKEN}x` }),
      await rig.get('/status', withToken),
    ]
    const said = JSON.stringify([answers, rig.ports.logger.entries])
    expect(said).toContain('A request to the API was refused')
    expect(said).not.toContain('sesame')
  })

  test('the log says once a minute that requests are refused, figures each of them', async () => {
    const rig = rigWith({ value: TOKEN, file: null })
    await rig.start()
    for (let n = 0; n < 100; n++) await rig.get('/status')
    await rig.world.advance(61_000)
    await rig.get('/debug/tasks')
    const said = rig.ports.logger.entries.filter(
      ({ message }) => message === 'A request to the API was refused',
    )
    expect(said.map(({ fields }) => fields)).toEqual([
      { path: '/status', reason: 'token', before: 0 },
      { path: '/debug/tasks', reason: 'token', before: 99 },
    ])
    expect(await rig.collector.metrics.text()).toContain('log_capturer_api_refused_total{reason="token"} 101')
  })

  test('in a file, it is read anew, and an emptied file lets nobody in', async () => {
    const rig = rigWith({ value: null, file: '/run/token' })
    writeFile(rig, `${TOKEN}\n`)
    await rig.start()
    expect((await rig.get('/status', withToken)).status).toBe(200)
    writeFile(rig, 'another-token-0123456789')
    await rig.world.advance(61_000)
    expect((await rig.get('/status', withToken)).status).toBe(401)
    expect((await rig.get('/status', { authorization: 'Bearer another-token-0123456789' })).status).toBe(200)
    writeFile(rig, '')
    await rig.world.advance(61_000)
    for (const authorization of ['Bearer ', 'Bearer another-token-0123456789'])
      expect((await rig.get('/status', { authorization })).status).toBe(401)
  })

  test.each([
    [
      'is not there',
      null,
      'Cannot use api.token_file: Cannot read the secret /run/token: there is no such file',
    ],
    ['is empty', '\n', 'Cannot use what is in api.token_file; allowed: a text of 16 to 512 characters'],
    ['holds what is easily guessed', 'sesame', 'Cannot use what is in api.token_file; allowed: a text of 16'],
  ])('a collector whose file of it %s does not start', async (_, text, message) => {
    const rig = rigWith({ value: null, file: '/run/token' })
    if (text !== null) writeFile(rig, text)
    await expect(rig.start()).rejects.toThrow(message)
    expect(rig.world.ledger.list()).toEqual([])
  })
})

test('without a token no page in a browser changes anything, and everybody else on the machine may', async () => {
  const rig = rigWith(null)
  await rig.start()
  const fromPage = { origin: 'https://example.org' }
  expect(await rig.post('/api/monitors/stop', fromPage)).toEqual({
    status: 403,
    body: { error: 'A page in a browser may not do this: set api.token, and send it' },
  })
  expect((await rig.post('/api/monitors/stop')).status).toBe(200)
  for (const path of shown) expect((await rig.get(path)).status).toBe(200)
})

test('only health, the description and the page, which holds no data, are open', async () => {
  const rig = rigWith({ value: TOKEN, file: null })
  await rig.start()
  const { body } = await rig.get('/openapi.json')
  const paths = z
    .object({
      paths: z.record(z.string(), z.record(z.string(), z.object({ security: z.array(z.unknown()) }))),
    })
    .parse(body).paths
  const withoutToken = Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).some(({ security }) => security.length === 0) ? [path] : [],
  )
  expect(withoutToken.toSorted()).toEqual(open.toSorted())
  for (const [path, methods] of Object.entries(paths).filter(([each]) => !open.includes(each)))
    for (const method of Object.keys(methods)) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { status } = await (method === 'get' ? rig.get(path) : rig.post(path))
      expect([path, status]).toEqual([path, 401])
    }
  const page = await rig.get('/')
  expect(page.status).toBe(200)
  expect(page.body).toContain('<!doctype html>')
})
