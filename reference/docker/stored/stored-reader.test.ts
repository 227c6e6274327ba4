import { expect, test } from 'vitest'
import { SwitchingFollower, type Way } from '../../../property-tests/models/switching-follower.ts'
import { PERSONALITIES, World } from '../../../simulators/index.ts'
import { StoredReader } from './stored-reader.ts'

const record = (text: string): string =>
  `{"log":"${text}\\n","stream":"stdout","time":"2026-01-01T00:00:00Z"}\n`
const CHUNK = 'x'.repeat(16_384)

/** Pieces of a line that are read in one way before it is left, and the lines before that one. */
const LEFT = [10, 60].flatMap((pieces) => [[pieces, 0] as const, [pieces, 3] as const])
const WAYS: readonly (readonly [Way, Way])[] = [
  ['api', 'api'],
  ['api', 'files'],
  ['files', 'api'],
  ['files', 'files'],
]

test.for(WAYS.flatMap(([first, second]) => LEFT.map((left) => [...left, first, second] as const)))(
  'a line of equal pieces that is left after piece %i, behind %i lines, is gone on with at the next one: %s, then %s',
  async ([pieces, lines, first, second]) => {
    const world = new World({ seed: 1, engine: { personality: PERSONALITIES['26'], storesLogs: true } })
    const container = world.engine.addContainer({ name: 'web' })
    const follower = new SwitchingFollower(container, world.ports(), 512 * 1024)
    for (let line = 0; line < lines; line++) container.writeNumberedLine()
    container.write('stdout', CHUNK.repeat(pieces))
    await world.run(() => follower.visit(first, false))
    container.write('stdout', `${CHUNK.repeat(63 - pieces)}\n`)
    container.writeNumberedLine()
    follower.loseFile()
    await world.run(() => follower.visit(second, true))
    expect(Buffer.compare(follower.bytes, container.expected.view())).toBe(0)
    expect(follower.notices).toEqual([])
  },
)

test('messages of which the keys were not looked at are not taken for equal ones', () => {
  const source = { id: 'a'.repeat(64), kind: 'container', name: 'web', attributes: {} } as const
  const reader = new StoredReader({ source, tty: false, maxLineBytes: 1024, from: 'start' })
  reader.look({ device: 1, inode: 1 }, 0, true)
  const read: string[] = []
  for (const more of [record('same').repeat(3), record('other').repeat(9) + record('same').repeat(50)]) {
    const before = read.join('').length
    read.push(more)
    const bytes = Buffer.from(read.join(''))
    reader.push(bytes, before, bytes.length)
  }
  const { messages, repeats, ring } = reader.position.cursor
  expect([messages, new Set(ring).size, repeats]).toEqual([62, 1, 0])
})
