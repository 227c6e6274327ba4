import { expect, test } from 'vitest'
import { PushRefusal } from './push-refusal.ts'
import { readPush, type PushRequest } from './push-request.ts'
import { pushSource } from './push-source.ts'
import { PushStream } from './push-stream.ts'

const NOW_MS = Date.UTC(2026, 0, 1)

function stream(nowMs = NOW_MS): PushStream {
  return new PushStream(pushSource('a.log', {}), { position: undefined, nowMs, keysMax: 10 })
}

function request(message: string, key?: string): PushRequest {
  return readPush({ message, file: 'a' }, key, { maxLineBytes: 100, recordsMax: 100 })
}

test('records are numbered one after the other, and numbers of what is dropped are given again', () => {
  const one = stream()
  const draft = (message: string): number[] => {
    const asked = request(message)
    return one.draft(asked.files[0]!, asked, NOW_MS).map(({ firstRecord }) => firstRecord)
  }
  expect([draft('a\nb'), draft('c')]).toEqual([[0], [2]])
  one.commit()
  expect(draft('d')).toEqual([3])
  one.drop()
  expect(one.position.records).toBe(3)
  expect(draft('e')).toEqual([3])
})

test('a key is known as soon as it is drafted, and not any more when that is dropped', () => {
  const one = stream()
  const asked = request('a', 'k')
  const draft = (): number => one.draft(asked.files[0]!, asked, NOW_MS).length
  expect([draft(), draft()]).toEqual([1, 0])
  expect(() => one.assertKey(request('b', 'k'))).toThrow(PushRefusal)
  one.drop()
  one.assertKey(request('b', 'k'))
  expect(draft()).toBe(1)
})

/** Who holds records by their ids, as JetStream does, may remember those of a name that was forgotten here. */
test('a name that begins anew begins a later epoch than it ever had', () => {
  const epochs = [0, 1000, 25 * 3_600_000].map((laterMs) => stream(NOW_MS + laterMs).position.epoch)
  expect(epochs).toEqual([...new Set(epochs)].toSorted((a, b) => a - b))
})
