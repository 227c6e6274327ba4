import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import fs, { closeSync, createReadStream, openSync, watch, watchFile, unwatchFile } from 'node:fs'
import { mkdtemp, open, opendir, rm } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BroadcastChannel, Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { listenHttp, listenSilently, portOf } from './loopback.test-helper.ts'
import { findLeaks } from './find-leaks.ts'
import { expectLeak, type Seed } from './seeded-leak.test-helper.ts'
import type { Leak, LeakKind } from './leak.ts'
import type { LeakOptions } from './leak-options.ts'

const FILE = import.meta.filename
const leaks = (mark: string, kind: LeakKind, seed: Seed, options?: LeakOptions): Promise<Leak> =>
  expectLeak(FILE, mark, kind, seed, options)

test('a file that openSync opened', async () => {
  const { what, details } = await leaks('openSync', 'descriptor', () => {
    const fd = openSync(FILE, 'r') // opened here: openSync
    return () => closeSync(fd)
  })
  expect(what).toBe(FILE)
  expect(details[0]).toMatch(/^descriptor \d+/)
})

test('a file that open opened, with a callback', async () => {
  await leaks('fs.open', 'descriptor', async () => {
    const { promise, resolve } = Promise.withResolvers<number>()
    fs.open(FILE, (_, descriptor) => resolve(descriptor)) // opened here: fs.open
    const descriptor = await promise
    return () => closeSync(descriptor)
  })
})

test('a FileHandle', async () => {
  await leaks('promises.open', 'descriptor', async () => {
    const handle = await open(FILE) // opened here: promises.open
    return () => handle.close()
  })
})

test('a FileHandle that nobody holds any more, before the garbage collector hides it', async () => {
  const { what } = await leaks('garbage', 'descriptor', async () => {
    await open(FILE) // opened here: garbage
    return () => {}
  })
  expect(what).toBe('file that only the garbage collector closed')
})

test('a directory', async () => {
  const { what } = await leaks('opendir', 'descriptor', async () => {
    const directory = await opendir(import.meta.dirname) // opened here: opendir
    return () => directory.close()
  })
  expect(what).toBe(import.meta.dirname)
})

test('a directory that nobody holds any more, before the garbage collector hides it', async () => {
  await leaks('garbage directory', 'descriptor', async () => {
    await opendir(import.meta.dirname) // opened here: garbage directory
    return () => {}
  })
})

test('a read stream of a file, opened a moment after it was asked for', async () => {
  await leaks('createReadStream', 'descriptor', async () => {
    const stream = createReadStream(FILE) // opened here: createReadStream
    await once(stream, 'open')
    return () => stream.destroy()
  })
})

test('a server', async () => {
  const { details } = await leaks('listen', 'server', async () => {
    const server = net.createServer().listen(0, '127.0.0.1') // opened here: listen
    await once(server, 'listening')
    return () => server.close()
  })
  expect(details[0]).toMatch(/socket:\[\d+\], tcp 127\.0\.0\.1:\d+ listening$/)
})

test('a connection, by the address it leads to', async () => {
  const port = await listenSilently()
  const { what, details } = await leaks('connect', 'socket', async () => {
    const socket = net.connect(port, '127.0.0.1') // opened here: connect
    await once(socket, 'connect')
    return () => socket.destroy()
  })
  expect(what).toBe(`connection to 127.0.0.1:${port}`)
  expect(details[0]).toMatch(new RegExp(`tcp 127.0.0.1:\\d+ -> 127.0.0.1:${port} established`))
})

test('an HTTP request that is never answered, by its path, on a unix socket', async () => {
  const socketPath = path.join(await temporaryDirectory(), 'silent.sock')
  await listenSilently({ path: socketPath })
  const { what } = await leaks('request', 'socket', async () => {
    const request = http.get({ socketPath, path: '/containers/web/logs?follow=1' }) // opened here: request
    request.on('error', () => {})
    await once(request, 'socket')
    return () => request.destroy()
  })
  expect(what).toBe(`connection to unix:${socketPath}, GET /containers/web/logs`)
})

test('a response whose body is not read', async () => {
  const port = await listenHttp((_, response) => response.write('first of many'))
  await leaks('fetch', 'socket', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`) // opened here: fetch
    return () => response.body?.cancel()
  })
})

test("a connection that the block's own server accepted", async () => {
  await leaks(
    'accept',
    'socket',
    async () => {
      const accepted = Promise.withResolvers<net.Socket>()
      const server = net.createServer(accepted.resolve).listen(0, '127.0.0.1') // opened here: accept
      await once(server, 'listening')
      const client = spawn(process.execPath, ['-e', `net.connect(${portOf(server)})`], { stdio: 'ignore' })
      const socket = await accepted.promise
      server.close()
      client.kill('SIGSTOP')
      client.unref()
      return async () => {
        socket.destroy()
        client.kill('SIGKILL')
        await once(client, 'exit')
      }
    },
    { kinds: ['descriptor', 'server', 'socket'] },
  )
})

test('a datagram socket', async () => {
  const { details } = await leaks('dgram', 'socket', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1') // opened here: dgram
    await once(socket, 'listening')
    return () => socket.close()
  })
  expect(details[0]).toMatch(/udp 127\.0\.0\.1:\d+/)
})

test('a child process, with its pipes', async () => {
  const { what, details } = await leaks('spawn', 'child-process', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']) // opened here: spawn
    await once(child, 'spawn')
    return async () => {
      child.kill()
      await once(child, 'close')
    }
  })
  expect(what).toContain('setInterval')
  expect(details[0]).toMatch(/^process \d+$/)
})

test('a worker, with its descriptors and ports', async () => {
  await leaks('worker', 'worker', async () => {
    const worker = new Worker('setInterval(() => {}, 1e6)', { eval: true }) // opened here: worker
    await once(worker, 'online')
    return () => worker.terminate()
  })
})

test('a broadcast channel', async () => {
  await leaks('channel', 'message-port', () => {
    const channel = new BroadcastChannel('leaks') // opened here: channel
    return () => channel.close()
  })
})

test('a watched directory', async () => {
  await leaks('watch', 'watcher', () => {
    const watcher = watch(import.meta.dirname) // opened here: watch
    return () => watcher.close()
  })
})

test('a watched file', async () => {
  await leaks('watchFile', 'watcher', () => {
    watchFile(FILE, () => {}) // opened here: watchFile
    return () => unwatchFile(FILE)
  })
})

test('a call that the thread pool has not answered', async () => {
  const pipe = path.join(await temporaryDirectory(), 'pipe')
  await once(spawn('mkfifo', [pipe]), 'exit')
  const { promise, resolve } = Promise.withResolvers<number>()
  await leaks('fifo', 'request', () => {
    fs.open(pipe, 'r', (_, descriptor) => resolve(descriptor)) // opened here: fifo
    return async () => {
      closeSync(openSync(pipe, 'w'))
      closeSync(await promise)
    }
  })
})

test('a number that was known and now is of something that nobody was seen to open', async () => {
  const unseen = fs.openSync
  const { leaks: found } = await findLeaks(
    () => {
      const known = openSync(FILE, 'r')
      closeSync(known)
      const descriptor = unseen('/dev/null', 'r')
      onTestFinished(() => closeSync(descriptor))
      expect(descriptor).toBe(known)
    },
    { settleMs: 100 },
  )
  expect(found).toMatchObject([{ what: '/dev/null', openedAt: null }])
})

test('only what grew in every round', async () => {
  let first: number | null = null
  onTestFinished(() => closeSync(first!))
  const { rounds } = await leaks(
    'rounds',
    'descriptor',
    () => {
      first ??= openSync('/dev/null', 'r')
      const fd = openSync(FILE, 'r') // opened here: rounds
      return () => closeSync(fd)
    },
    { rounds: 3 },
  )
  expect(rounds).toBe(3)
})

test('a descriptor that nobody was seen to open, without a place, in every round', async () => {
  const unseen = fs.openSync
  const descriptors: number[] = []
  onTestFinished(() => descriptors.forEach((each) => closeSync(each)))
  const report = await findLeaks(() => void descriptors.push(unseen(FILE, 'r')), { rounds: 3, settleMs: 100 })
  expect(report.leaks).toMatchObject([{ kind: 'descriptor', openedAt: null, count: 3, rounds: 3 }])
})

test('a number that is used again for something else', async () => {
  const old = openSync('/dev/null', 'r')
  await leaks('reuse', 'descriptor', async () => {
    closeSync(old)
    await delay(1)
    const fd = openSync(FILE, 'r') // opened here: reuse
    expect(fd).toBe(old)
    return () => closeSync(fd)
  })
})

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'leaks-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}
