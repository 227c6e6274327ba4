import { expect, test } from 'vitest'
import type { Route } from '../../reference/ports/index.ts'
import { World } from '../world.ts'

const address = { host: '127.0.0.1', port: 8001 }
const echo: Route = {
  method: 'POST',
  path: '/echo',
  handle: ({ body }) => ({ status: 200, contentType: 'text/plain', body: String(body) }),
}

test('a route is served until the listener is closed', async () => {
  const { http, ledger } = new World({ seed: 1 })
  const listening = await http.listen(address, [echo])
  expect(await http.request(address, 'POST', '/echo', 'hi')).toMatchObject({ status: 200, body: 'hi' })
  expect(await http.request(address, 'GET', '/echo')).toMatchObject({ status: 404 })
  expect(ledger.count('listener')).toBe(1)
  await listening.close()
  await listening.close()
  expect(ledger.count('listener')).toBe(0)
  await expect(http.request(address, 'POST', '/echo')).rejects.toThrow(/ECONNREFUSED/)
})

test('an address that is taken is refused by name, port 0 finds a free one', async () => {
  const { http } = new World({ seed: 1 })
  await http.listen(address, [])
  await expect(http.listen(address, [])).rejects.toThrow('Cannot listen on 127.0.0.1:8001')
  const ports = [
    await http.listen({ ...address, port: 0 }, []),
    await http.listen({ ...address, port: 0 }, []),
  ]
  expect(new Set(ports.map((listening) => listening.address.port)).size).toBe(2)
})

test('closing an old listener does not close its successor', async () => {
  const { http } = new World({ seed: 1 })
  const old = await http.listen(address, [echo])
  await old.close()
  await http.listen(address, [echo])
  await old.close()
  expect(await http.request(address, 'POST', '/echo', 'hi')).toMatchObject({ status: 200 })
})
