import { expect, test } from 'vitest'
import { SharedEngine } from './shared-engine.ts'

function counted(): { shared: SharedEngine; opened: () => number; closed: () => number } {
  let opened = 0
  let closed = 0
  const shared = new SharedEngine(async () => {
    opened += 1
    return {
      host: `unix:///${opened}`,
      exclusive: true,
      [Symbol.asyncDispose]: async () => void (closed += 1),
    }
  })
  return { shared, opened: () => opened, closed: () => closed }
}

test('every plan has the same engine, which is opened once and closed at the end', async () => {
  const { shared, opened, closed } = counted()
  {
    await using engines = shared
    const [first, second] = [await engines.get(), await engines.get()]
    expect(second).toBe(first)
    expect([opened(), closed()]).toEqual([1, 0])
  }
  expect(closed()).toBe(1)
})

test('an engine that nobody wants is not opened', async () => {
  const { shared, opened } = counted()
  await shared[Symbol.asyncDispose]()
  expect(opened()).toBe(0)
})

test('where it cannot be opened each plan is told why', async () => {
  const shared = new SharedEngine(() => Promise.reject(new Error('no engine')))
  await expect(shared.get()).rejects.toThrow('no engine')
  await expect(shared.get()).rejects.toThrow('no engine')
  await shared[Symbol.asyncDispose]()
})
