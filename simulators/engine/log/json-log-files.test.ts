import { describe, expect, test } from 'vitest'
import { RecordDecoder } from '../../../reference/docker/stored/record-decoder.ts'
import { World } from '../../world.ts'
import { jsonRecord } from './json-log-files.ts'
import type { StreamNumber } from './log-file.ts'

/** As engine 20.10.24 wrote them, of odd bytes. */
const REAL = [
  String.raw`{"log":"a\u003cb\u003e\u0026c \"q\" \\ \u0009|\u0008|\u000c|\u000b|\u001b[1m|\r\n","stream":"stdout","time":"2026-11-26T05:49:05.326536792Z"}`,
  String.raw`{"log":"\u2028\u2029 é 😀 \ufffd\ufffd \ufffd\ufffd\ufffd \ufffd\ufffd\n","stream":"stdout","time":"2026-11-26T05:49:05.326864197Z"}`,
  String.raw`{"log":"\u0001\u001f\n","stream":"stderr","time":"2026-11-26T05:49:05.32695Z"}`,
  String.raw`{"log":"no end \\t","stream":"stdout","time":"2026-11-26T05:49:05Z"}`,
  '',
].join('\n')

test('a record is written as the real engine writes it', () => {
  const bytes = Buffer.from(REAL)
  let again = ''
  const onMessage = (stream: number, buffer: Uint8Array, start: number, end: number): void => {
    const number: StreamNumber = stream === 1 ? 1 : 2
    again += jsonRecord(number, buffer.subarray(start, start + 30), buffer.subarray(start + 31, end))
  }
  new RecordDecoder().push(bytes, 0, bytes.length, { onMessage, onSpoilt: () => {} })
  expect(again).toBe(REAL)
})

describe('the files of a log', () => {
  test('are rotated, spoilt, emptied and removed with it', () => {
    const world = new World({ seed: 1, engine: { storesLogs: true } })
    const web = world.engine.addContainer({ name: 'web', logRotation: { maxSizeBytes: 300, maxFiles: 2 } })
    const lines = (end: string): string[] =>
      Buffer.from(world.fileSystem.contents(web.logPath + end))
        .toString('latin1')
        .split('\n')
        .slice(0, -1)
    for (let line = 1; line <= 9; line++) web.write('stdout', `line ${line}\n`)
    expect(web.logPath).toBe(`/var/lib/docker/containers/${web.id}/${web.id}-json.log`)
    expect(lines('.1')).toHaveLength(4)
    expect(lines('')).toHaveLength(1)
    expect(JSON.parse(lines('')[0]!)).toMatchObject({ log: 'line 9\n', stream: 'stdout' })
    expect(web.log.readable()).toEqual([5, 6, 7, 8, 9])
    web.log.spoil(2)
    expect(lines('.1')).toHaveLength(3)
    expect(world.fileSystem.contents(`${web.logPath}.1`).at(-1)).toBe(0)
    web.log.empty()
    expect(lines('')).toEqual([])
    world.engine.remove('web')
    expect(world.fileSystem.disk.find(web.logPath)).toBeNull()
    expect(world.fileSystem.disk.find(`${web.logPath}.1`)).toBeNull()
  })
})
