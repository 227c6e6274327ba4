import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { pinoLogger } from './pino-logger.ts'

/** A stream that takes lines only while it is read. */
class Reader extends Writable {
  readonly lines: string[] = []
  failure: Error | null = null
  #reading = true
  #held: (() => void) | null = null

  set reading(reading: boolean) {
    this.#reading = reading
    if (reading) this.#held?.()
  }

  override _write(chunk: Buffer, _: string, done: (error?: Error | null) => void): void {
    const take = (): void => {
      if (this.failure === null) this.lines.push(chunk.toString())
      done(this.failure)
    }
    if (this.#reading) take()
    else this.#held = take
  }

  override _destroy(_: Error | null, done: (error?: Error | null) => void): void {
    done()
  }
}

const SENTENCE = 'x'.repeat(1000)

test('lines that nobody reads wait up to a bound; beyond it they are dropped, counted, and told when it flows again', async () => {
  const stream = new Reader({ highWaterMark: 1 })
  const logger = pinoLogger('info', stream)
  logger.info({}, 'first')
  stream.reading = false
  for (let n = 0; n < 3000; n++) logger.info({ n }, SENTENCE)
  expect(stream.writableLength).toBeLessThanOrEqual(2 ** 20)
  expect(logger.dropped).toBeGreaterThan(1500)
  expect(stream.lines).toHaveLength(1)
  stream.reading = true
  await logger.flush(1000)
  await logger.flush(1000)
  const told = stream.lines
    .map((line): { dropped?: number } => JSON.parse(line))
    .filter(({ dropped }) => dropped)
  expect(told.map(({ dropped }) => dropped)).toEqual([logger.dropped])
  expect(stream.lines).toHaveLength(3000 - logger.dropped + 2)
})

test('a flush of what nobody reads ends with its deadline', async () => {
  const stream = new Reader()
  const logger = pinoLogger('info', stream)
  stream.reading = false
  logger.info({}, 'one')
  const started = performance.now()
  await logger.flush(50)
  expect(performance.now() - started).toBeLessThan(1000)
})

test('a stream that is broken is no error of who logs: what it did not take is counted', async () => {
  const stream = new Reader()
  const logger = pinoLogger('info', stream)
  stream.failure = Object.assign(new Error('no space'), { code: 'ENOSPC' })
  for (let n = 0; n < 3; n++) logger.info({ n }, 'lost')
  await logger.flush(1000)
  logger.info({}, 'lost too')
  await new Promise(setImmediate)
  expect(logger.dropped).toBe(4)
})

test('a process whose standard error is a pipe that nobody reads goes on, and a second SIGTERM ends it', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SHOUT], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stderr.pause()
  const [dropped] = await once(child.stdout, 'data')
  expect(Number(String(dropped))).toBeGreaterThan(1000)
  child.kill('SIGTERM')
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([143, null])
})

/** Logs 4 MB, says how many lines were dropped, and when it was asked to stop. */
const SHOUT = `
  const { pinoLogger } = await import(${JSON.stringify(new URL('pino-logger.ts', import.meta.url))})
  const { watchProcess } = await import(${JSON.stringify(new URL('process-watch.ts', import.meta.url))})
  const logger = pinoLogger('info')
  const watch = watchProcess(logger)
  for (let n = 0; n < 4000; n++) logger.info({ n }, 'x'.repeat(1000))
  console.log(logger.dropped)
  watch.end.then(() => console.log('asked'))
  setInterval(() => {}, 1000)`
