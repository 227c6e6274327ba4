import { getEventListeners } from 'node:events'
import { beforeEach, describe, expect, test } from 'vitest'
import type { DockerEngine, LogStream } from '../../../reference/ports/index.ts'
import { World } from '../../world.ts'
import { DOCKER_20_10 } from '../personality.ts'
import type { SimulatedContainer } from '../simulated-container.ts'
import * as faults from '../../faults/engine-catalogue.ts'
import { framesOf, never, readToEnd, readUntilIdle, readWithin } from '../test-support.ts'

let world: World
let client: DockerEngine
let web: SimulatedContainer

beforeEach(() => {
  world = new World({ seed: 11 })
  client = world.engine.connect()
  web = world.engine.addContainer({ name: 'web', labels: { tier: 'front' } })
})

const openLog = (options: { follow?: boolean; tail?: number } = {}): Promise<LogStream> =>
  client.openLogs(web.id, { signal: never, follow: options.follow ?? true, ...options })

const linesOf = (bytes: Uint8Array): string[] => framesOf(bytes).map(({ data }) => data)

const writeLines = (from: number, to: number): void => {
  for (let line = from; line < to; line++) web.write('stdout', `line ${line}\n`)
}

/** How many of five last lines a follower gets, over thirty seeds. */
async function linesAtExit(old: boolean): Promise<Set<number>> {
  const counts = new Set<number>()
  for (let seed = 0; seed < 30; seed++) {
    const machine = new World({ seed, ...(old && { engine: { personality: DOCKER_20_10 } }) })
    const container = machine.engine.addContainer({ name: 'web', atExit: { lines: 5 } })
    await machine.run(async () => {
      const stream = await machine.engine.connect().openLogs(container.id, { signal: never, follow: true })
      machine.engine.exit('web')
      counts.add(linesOf(await readToEnd(stream)).length)
    })
  }
  return counts
}

describe('calls', () => {
  test('info, list and inspect show what the engine has', async () => {
    await world.run(async () => {
      expect(await client.info({ signal: never })).toEqual({
        kind: 'docker',
        version: '26.1.5',
        apiVersion: '1.45',
      })
      const summary = { id: web.id, name: 'web', labels: { tier: 'front' }, running: true }
      expect(await client.listContainers({ signal: never })).toEqual([summary])
      expect(await client.inspectContainer(web.id, { signal: never })).toEqual({
        ...summary,
        image: 'simulated:latest',
        tty: false,
        logDriver: 'json-file',
        startedAt: expect.any(String),
        logPath: '',
      })
    })
    expect(world.nowMs).toBeGreaterThan(0)
  })

  test('a container that is not there is not found', async () => {
    const missing = 'f'.repeat(64)
    await world.run(async () => {
      await expect(client.inspectContainer(missing, { signal: never })).rejects.toMatchObject({
        code: 'not_found',
      })
      await expect(client.openLogs(missing, { signal: never, follow: true })).rejects.toMatchObject({
        code: 'not_found',
      })
    })
  })

  test('an answer is a little old: what changes while it travels back is not in it', async () => {
    const seen = new Set<string>()
    for (let i = 0; i < 40; i++) {
      world.engine.rename(web.id, `name ${i}`)
      const list = client.listContainers({ signal: never })
      await world.advance(6)
      world.engine.rename(web.id, 'later')
      const [{ name } = { name: '' }] = await world.run(() => list)
      seen.add(name === 'later' ? 'later' : 'before')
    }
    expect(seen).toEqual(new Set(['before', 'later']))
  })

  test('an aborted call rejects at once with the reason and leaves nothing', async () => {
    const controller = new AbortController()
    const call = client.openLogs(web.id, { signal: controller.signal, follow: true })
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    expect([world.ledger.size, world.scheduled.length]).toEqual([0, 0])
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  test('a failure ordered strikes that call and no other', async () => {
    world.inject(faults.errorStatus({ operation: 'inspect', status: 503, times: 1 }))
    await world.run(async () => {
      await client.listContainers({ signal: never })
      await expect(client.inspectContainer(web.id, { signal: never })).rejects.toMatchObject({
        code: 'unavailable',
      })
      await client.inspectContainer(web.id, { signal: never })
    })
  })
})

describe('logs', () => {
  test('with tail the last messages come, then what is written, and a clean end at the exit', async () => {
    writeLines(0, 10)
    await world.run(async () => {
      const stream = await openLog({ tail: 2 })
      expect(linesOf(await readUntilIdle(world, stream))).toEqual(['line 8\n', 'line 9\n'])
      writeLines(10, 12)
      expect(linesOf(await readUntilIdle(world, stream))).toEqual(['line 10\n', 'line 11\n'])
      web.write('stdout', 'last words')
      world.engine.exit('web')
      expect(linesOf(await readToEnd(stream))).toEqual(['last words'])
      expect(await stream.read({ signal: never })).toBeNull()
    })
  })

  test('chunks are now and then cut at an arbitrary byte', async () => {
    const lengths = new Set<number>()
    await world.run(async () => {
      const stream = await openLog()
      for (let line = 0; line < 200; line++) {
        web.write('stdout', '1234567\n')
        let bytes = 0
        while (bytes < 47) {
          const piece = (await stream.read({ signal: never }))!
          lengths.add(piece.length)
          bytes += piece.length
        }
        expect(bytes).toBe(47)
      }
    })
    expect(lengths.size).toBeGreaterThan(10)
  })

  test('with a TTY there are no frames, and lines end in CR LF', async () => {
    const tty = world.engine.addContainer({ name: 'tty', tty: true })
    tty.write('stderr', 'hello\n')
    await world.run(async () => {
      const stream = await client.openLogs(tty.id, { signal: never, follow: false })
      expect(Buffer.from(await readToEnd(stream)).toString()).toBe('2026-01-01T00:00:00.000000000Z hello\r\n')
    })
  })

  test('an aborted read loses nothing, whenever it is aborted', async () => {
    writeLines(0, 1)
    await world.run(async () => {
      const stream = await openLog()
      const pieces: Uint8Array[] = []
      for (let line = 1; line < 300; line++) {
        const piece = await readWithin(world, stream, 0.05 * (line % 60))
        if (piece !== 'idle') pieces.push(piece!)
        writeLines(line, line + 1)
      }
      pieces.push(await readUntilIdle(world, stream))
      expect(linesOf(Buffer.concat(pieces))).toEqual(
        Array.from({ length: 300 }, (_, line) => `line ${line}\n`),
      )
    })
  })

  test('an aborted read leaves no listener and no entry', async () => {
    const controller = new AbortController()
    await world.run(async () => {
      const stream = await openLog()
      const read = stream.read(controller)
      expect(world.ledger.count('read')).toBe(1)
      controller.abort(new Error('enough'))
      await expect(read).rejects.toThrow('enough')
      await expect(stream.read(controller)).rejects.toThrow('enough')
    })
    expect(world.ledger.count('read')).toBe(0)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  test('destroy frees at once, rejects the pending read, and is acknowledged later', async () => {
    await world.run(async () => {
      const stream = await openLog()
      const read = stream.read({ signal: never })
      stream.destroy()
      stream.destroy()
      expect(world.ledger.size).toBe(0)
      expect(web.wires.size).toBe(0)
      await expect(read).rejects.toMatchObject({ code: 'destroyed' })
      await expect(stream.read({ signal: never })).rejects.toMatchObject({ code: 'destroyed' })
      const before = world.nowMs
      await stream.closed
      expect(world.nowMs).toBeGreaterThan(before)
    })
  })

  test('what was on its way to a stream that is destroyed arrives nowhere', async () => {
    await world.run(async () => {
      const stream = await openLog()
      writeLines(0, 1)
      const read = stream.read({ signal: never })
      stream.destroy()
      await expect(read).rejects.toMatchObject({ code: 'destroyed' })
    })
    expect(world.scheduled.map(({ label }) => label)).toEqual(['acknowledge close'])
    await world.quiesce()
  })

  test('a second read while one is pending fails the run', async () => {
    const run = world.run(async () => {
      const stream = await openLog()
      void stream.read({ signal: never })
      await stream.read({ signal: never }).catch(() => {})
      await world.clock.sleep(1, { signal: never })
    })
    await expect(run).rejects.toThrow(/a read is pending already/)
  })

  test('what a reopen costs the engine is counted', async () => {
    writeLines(0, 500)
    await world.run(async () => {
      for (const tail of [10, undefined]) {
        const stream = await openLog(tail === undefined ? {} : { tail })
        stream.destroy()
      }
    })
    expect(world.engine.statistics).toMatchObject({
      logReplies: 2,
      linesScanned: 510,
      linesScannedByOneReply: 500,
    })
  })
})

test('a stream is in the ledger with where its log was asked for', async () => {
  await world.run(async () => {
    const [stream, events] = [await openLog(), await client.openEvents({ signal: never })]
    const locations = world.ledger.list().map(({ kind, location }) => [kind, location?.includes('.test.ts:')])
    expect(locations).toEqual([
      ['log-stream', true],
      ['event-stream', true],
    ])
    for (const each of [stream, events]) each.destroy()
  })
})

describe('faults on streams', () => {
  test('hung open: the call is not answered until the fault is taken away', async () => {
    world.inject(faults.hungOpen({ container: 'web', streams: 'all' }))
    let opened = false
    const open = openLog().finally(() => (opened = true))
    await world.advance(60_000)
    expect(opened).toBe(false)
    world.engine.calm('web')
    await world.run(() => open)
  })

  test('hung open of the next stream leaves the one after it alone', async () => {
    world.inject(faults.hungOpen({ container: 'web', streams: 'next' }))
    const controller = new AbortController()
    const hung = client.openLogs(web.id, { signal: controller.signal, follow: true })
    await world.advance(1000)
    await world.run(async () => (await openLog()).destroy())
    controller.abort(new Error('deadline'))
    await expect(hung).rejects.toThrow('deadline')
    expect(world.ledger.size).toBe(0)
  })

  test('hung read: bytes exist, a new stream gets them, this one does not', async () => {
    await world.run(async () => {
      const stream = await openLog()
      world.inject(faults.hungRead({ container: 'web', streams: 'open' }))
      writeLines(0, 1)
      expect(await readWithin(world, stream, 60_000)).toBe('idle')
      expect(linesOf(await readUntilIdle(world, await openLog()))).toEqual(['line 0\n'])
    })
  })

  test('blocked: the stream stops inside the header and a new one reads on', async () => {
    await world.run(async () => {
      const stream = await openLog()
      world.inject(faults.blocked({ container: 'web', afterBytes: 3, streams: 'open' }))
      writeLines(0, 1)
      expect(await readUntilIdle(world, stream)).toHaveLength(3)
      expect(linesOf(await readUntilIdle(world, await openLog()))).toEqual(['line 0\n'])
    })
  })

  test('hung close: the release is never acknowledged, and the handle is free all the same', async () => {
    const run = world.run(async () => {
      world.inject(faults.hungClose({ container: 'web', streams: 'next' }))
      const stream = await openLog()
      stream.destroy()
      expect(world.ledger.size).toBe(0)
      await stream.closed
    })
    await expect(run).rejects.toThrow(/Nothing can run/)
  })

  test('reset: the pending read fails, the handle stays until it is destroyed', async () => {
    await world.run(async () => {
      const stream = await openLog()
      const read = stream.read({ signal: never })
      world.inject(faults.reset({ container: 'web', streams: 'open' }))
      await expect(read).rejects.toMatchObject({ code: 'unavailable' })
      expect(world.ledger.count('log-stream')).toBe(1)
      stream.destroy()
    })
  })

  test('clean end without reason: the stream ends while the container runs', async () => {
    await world.run(async () => {
      const stream = await openLog()
      world.inject(faults.cleanEnd({ container: 'web', streams: 'open' }))
      expect(await stream.read({ signal: never })).toBeNull()
    })
    expect(web.running).toBe(true)
  })

  test('a fault for followed logs leaves snapshots alone', async () => {
    writeLines(0, 1)
    await world.run(async () => {
      world.inject(faults.hungRead({ container: 'web', streams: 'all', follow: true }))
      expect(await readWithin(world, await openLog(), 1000)).toBe('idle')
      expect(linesOf(await readToEnd(await openLog({ follow: false })))).toEqual(['line 0\n'])
    })
  })
})

describe('the engine as a whole', () => {
  test('away: calls are refused and streams reset; back: calls are answered', async () => {
    await world.run(async () => {
      const stream = await openLog()
      const events = await client.openEvents({ signal: never })
      const reads = [stream.read({ signal: never }), events.read({ signal: never })]
      world.engine.goAway()
      for (const read of reads) await expect(read).rejects.toMatchObject({ code: 'unavailable' })
      await expect(client.info({ signal: never })).rejects.toMatchObject({ code: 'unavailable' })
      world.engine.comeBack()
      await client.info({ signal: never })
    })
    expect(web.running).toBe(true)
  })

  test('away without live restore ends the containers', () => {
    world.engine.goAway({ containers: 'end' })
    expect(web.running).toBe(false)
  })

  test('hung: nothing is answered, sent or ended until it goes on', async () => {
    await world.run(async () => {
      const stream = await openLog()
      world.engine.hang()
      writeLines(0, 1)
      world.engine.exit('web')
      let answered = false
      const call = client.info({ signal: never }).then(() => (answered = true))
      expect(await readWithin(world, stream, 60_000)).toBe('idle')
      expect(answered).toBe(false)
      world.engine.comeBack()
      expect(linesOf(await readToEnd(stream))).toEqual(['line 0\n'])
      await call
    })
  })

  test('closing the client refuses calls and ends streams, even while the engine hangs; later calls connect anew', async () => {
    await world.run(async () => {
      const stream = await openLog()
      world.engine.hang()
      const pending = [client.info({ signal: never }), stream.read({ signal: never })]
      client.close()
      client.close()
      for (const each of pending) await expect(each).rejects.toMatchObject({ code: 'unavailable' })
      world.engine.comeBack()
      await expect(stream.read({ signal: never })).rejects.toMatchObject({ code: 'unavailable' })
      await expect(client.info({ signal: never })).resolves.toMatchObject({ kind: 'docker' })
    })
    expect(world.ledger.list().map(({ kind }) => kind)).toEqual(['log-stream'])
  })

  test('events arrive in order, and a read that is given up loses none', async () => {
    await world.run(async () => {
      const events = await client.openEvents({ signal: never })
      const controller = new AbortController()
      const read = events.read(controller)
      world.engine.restart('web')
      controller.abort(new Error('enough'))
      await expect(read).rejects.toThrow('enough')
      const actions: string[] = []
      while (actions.at(-1) !== 'restart') actions.push((await events.read({ signal: never }))!.action)
      expect(actions).toEqual(['kill', 'die', 'stop', 'start', 'restart'])
      events.destroy()
    })
    expect(world.ledger.size).toBe(0)
  })

  test('a subscriber that does not read loses what is beyond 256 events', async () => {
    await world.run(async () => {
      await client.openEvents({ signal: never })
      for (let i = 0; i < 300; i++) world.engine.rename(web.id, `web${i}`)
    })
    expect(world.engine.events.lost).toBe(44)
  })

  test('20.10 leaves out the last lines in some exits and not in others, 26 never', async () => {
    expect(await linesAtExit(true)).toEqual(new Set([3, 4, 5]))
    expect(await linesAtExit(false)).toEqual(new Set([5]))
  })
})
