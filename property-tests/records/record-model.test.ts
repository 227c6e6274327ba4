import { describe, expect, test } from 'vitest'
import { contradiction, type Delivered, type Message, type RecordRules } from './record-model.ts'

const LINES = 60
const indented = (line: string): boolean => line.startsWith(' ')
const rules: RecordRules = {
  joins: { goesOn: indented, timeoutMs: 1000, maxLines: 6, maxBytes: 20_000 },
  isWanted: () => true,
  rate: null,
}
/** On two streams, a fifth of a second between them: of each two lines the second goes on with the first. */
const messages: readonly Message[] = Array.from({ length: LINES }, (_, index) => ({
  stream: 1 + (index % 2),
  time: BigInt(index) * 200_000_000n,
  data: `${Math.floor(index / 2) % 2 === 0 ? '' : ' '}line ${index}\n`,
  run: 1,
}))
/** Each line with the one that goes on with it, in the order in which they were begun. */
const joined: readonly Delivered[] = messages
  .filter(({ data }) => !indented(data))
  .map(({ data, stream, time }) => {
    const next = messages.find((other) => other.stream === stream && other.time > time)
    return { stream, time, text: `${data}${next?.data ?? ''}`.trimEnd() }
  })

describe('what was delivered is held against the model', () => {
  test('where it is what the model makes of the log', () => {
    expect(contradiction(messages, joined, rules, false)).toBeNull()
    expect(contradiction(messages, joined, rules, true)).toBeNull()
  })

  test('where lines were given out too early, which only a stream that was held up explains', () => {
    const early: Delivered[] = messages.map(({ data, stream, time }) => ({
      stream,
      time,
      text: data.trimEnd(),
    }))
    expect(contradiction(messages, early, rules, true)).toBeNull()
    expect(contradiction(messages, early, rules, false)).toMatch(
      /^record 0 should be 1 0 ms "line 0\\n line 2"/,
    )
  })

  test('in a while, also where nothing explains the last record: ways that come to the same are tried once', () => {
    const wrong = [...joined.slice(0, -1), { ...joined.at(-1)!, text: 'nothing that was written' }]
    expect(contradiction(messages, wrong, rules, true)).toMatch(/^record 29 should be /)
  })
})
