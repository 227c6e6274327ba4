import { EventEmitter, on, once } from 'node:events'
import { PassThrough } from 'node:stream'
import { setInterval as ticks, setTimeout as delay } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import { expect, test } from 'vitest'
import type { LeakOptions } from './leak-options.ts'
import type { Leak, LeakKind } from './leak.ts'
import { expectLeak, type Seed } from './seeded-leak.test-helper.ts'

const leaks = (mark: string, kind: LeakKind, seed: Seed, options?: LeakOptions): Promise<Leak> =>
  expectLeak(import.meta.filename, mark, kind, seed, options)

const emitter = new EventEmitter()
const controller = new AbortController()
const { signal } = controller
const never = Promise.withResolvers<never>()

test('a timeout', async () => {
  const { what } = await leaks('timeout', 'timer', () => {
    const timer = setTimeout(() => {}, 60_000) // opened here: timeout
    return () => clearTimeout(timer)
  })
  expect(what).toBe('timeout of 60000 ms')
})

test('an interval', async () => {
  const { what } = await leaks('interval', 'timer', () => {
    const timer = setInterval(() => {}, 5) // opened here: interval
    return () => clearInterval(timer)
  })
  expect(what).toBe('interval of 5 ms')
})

test('an interval that does not keep the process alive, unless told otherwise', async () => {
  const { what } = await leaks('unref', 'timer', () => {
    const timer = setInterval(() => {}, 60_000).unref() // opened here: unref
    return () => clearInterval(timer)
  })
  expect(what).toBe('interval of 60000 ms, unref')
})

test('a timer that keeps the process alive, though others are to be ignored', async () => {
  await leaks(
    'ref',
    'timer',
    () => {
      const timer = setInterval(() => {}, 60_000) // opened here: ref
      return () => clearInterval(timer)
    },
    { unrefTimers: 'ignore' },
  )
})

test('timeouts that set each other, each as it goes', async () => {
  let timer: NodeJS.Timeout
  const again = (): void => {
    timer = setTimeout(again, 1) // opened here: chain
  }
  await leaks('chain', 'timer', () => {
    again()
    return () => clearTimeout(timer)
  })
})

test('immediates that set each other', async () => {
  let immediate: NodeJS.Immediate
  const again = (): void => {
    immediate = setImmediate(again) // opened here: immediate
  }
  await leaks('immediate', 'timer', () => {
    again()
    return () => clearImmediate(immediate)
  })
})

test('a sleep', async () => {
  const stop = new AbortController()
  await leaks('sleep', 'timer', () => {
    const sleeping = delay(60_000, null, { signal: stop.signal }) // opened here: sleep
    return async () => {
      stop.abort()
      await sleeping.catch(() => {})
    }
  })
})

test('an async interval that is left without a return', async () => {
  await leaks('ticks', 'timer', async () => {
    const iterator = ticks(5)[Symbol.asyncIterator]()
    await iterator.next() // opened here: ticks
    return () => iterator.return?.()
  })
})

test('a listener on an emitter that was there before', async () => {
  const { what } = await leaks('on', 'listener', () => {
    emitter.on('data', noop) // opened here: on
    return () => emitter.off('data', noop)
  })
  expect(what).toBe('listener of "data" on EventEmitter')
})

test('a listener that waits for the first time', async () => {
  await leaks('once', 'listener', () => {
    emitter.once('end', noop) // opened here: once
    return () => emitter.off('end', noop)
  })
})

test('a listener on the process', async () => {
  const { what } = await leaks('process', 'listener', () => {
    process.on('SIGUSR2', noop) // opened here: process
    return () => process.off('SIGUSR2', noop)
  })
  expect(what).toBe('listener of "SIGUSR2" on process')
})

test('a listener on a signal', async () => {
  const { what } = await leaks('signal', 'listener', () => {
    signal.addEventListener('abort', noop) // opened here: signal
    return () => signal.removeEventListener('abort', noop)
  })
  expect(what).toBe('listener of "abort" on AbortSignal')
})

test('a listener on a signal that the block made of one that lives longer', async () => {
  await leaks('any', 'listener', () => {
    const either = AbortSignal.any([signal, new AbortController().signal])
    either.addEventListener('abort', noop) // opened here: any
    return () => either.removeEventListener('abort', noop)
  })
})

test('the listener of an iterator of events that nobody iterates', async () => {
  await leaks(
    'events.on',
    'listener',
    () => {
      const iterator = on(emitter, 'item') // opened here: events.on
      return () => iterator.return?.()
    },
    { kinds: ['listener'] },
  )
})

test('a listener that was removed and added again', async () => {
  await leaks('second', 'listener', () => {
    emitter.on('twice', noop)
    emitter.off('twice', noop)
    emitter.on('twice', noop) // opened here: second
    return () => emitter.off('twice', noop)
  })
})

test('a stream that is neither ended nor destroyed', async () => {
  const { what } = await leaks('stream', 'stream', () => {
    const stream = new PassThrough() // opened here: stream
    return () => stream.destroy()
  })
  expect(what).toBe('PassThrough')
})

test('a compressor that is not ended', async () => {
  await leaks('gzip', 'stream', () => {
    const gzip = createGzip() // opened here: gzip
    return () => gzip.destroy()
  })
})

test('an async function that waits for what never comes, where it was called and where it waits', async () => {
  const { what, details } = await leaks('task', 'task', () => {
    void followForever() // opened here: task
    return noop
  })
  expect(what).toBe('followForever() has not returned')
  expect(details[0]).toMatch(/^waits at .*seeded-objects\.test\.ts:\d+:\d+$/)
})

test('a promise that nobody settles, and not what waits for it', async () => {
  let settle = noop
  await leaks('promise', 'task', () => {
    const promise = new Promise<void>((resolve) => (settle = resolve)) // opened here: promise
    void promise.then(noop)
    return () => settle()
  })
})

test('what a race leaves on a promise that lives longer', async () => {
  await leaks('race', 'task', async () => {
    await Promise.race([never.promise, delay(1)]) // opened here: race
    return noop
  })
})

test('an event that is waited for and never comes', async () => {
  await leaks(
    'events.once',
    'listener',
    () => {
      void once(emitter, 'never') // opened here: events.once
      return () => emitter.removeAllListeners('never')
    },
    { kinds: ['listener'] },
  )
})

async function followForever(): Promise<void> {
  await delay(1)
  for (;;) await readNext()
}

async function readNext(): Promise<void> {
  await never.promise
}

function noop(): void {
  // Does nothing when it is called.
}
