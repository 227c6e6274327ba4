import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { Follower, type Connection } from './models/follower.ts'
import { PodmanLog, type Growth } from './models/podman-log.ts'
import { storedLog } from './models/stored-log.ts'

/** A snapshot of a log that grows meanwhile. */
interface Poll extends Connection, Growth {
  /** Messages stored before. */
  readonly before: number
  /** The collector restarts from what it saved. */
  readonly restart: boolean
}

const fewOrMany = fc.oneof({ weight: 3, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: fc.nat(400) })

const poll: fc.Arbitrary<Poll> = fc.record({
  before: fewOrMany,
  between: fc.nat(3),
  meanwhile: fc.nat(3),
  torn: fc.boolean(),
  cutAt: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 2 }),
  chunk: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 70_000 })),
  restart: fc.boolean(),
  how: fc.constant('snapshot'),
})

/** Without any, as Podman's, hundreds of the messages have one stamp; with some it is as if they had come more slowly. */
const decimals = fc.constantFrom(0, 1, 2)

test.prop([storedLog({ maxMessages: 3000 }), decimals, fc.array(poll, { minLength: 1, maxLength: 40 })], {
  numRuns: 100,
})(
  'whatever a log stores while it is polled, every line is delivered once, in order',
  ({ messages, lines }, kept, polls) => {
    const log = new PodmanLog(messages, { decimals: kept })
    const follower = new Follower({ poll: true })
    for (const one of polls) {
      log.grow(one.before)
      follower.visit((request) => log.snapshot(request, one), one)
      if (one.restart) follower.restart()
    }
    log.grow(messages.length)
    follower.visit((request) => log.snapshot(request, AT_REST), WHOLE)
    follower.flush()
    expect(follower.lines).toBe(lines)
    expect(follower.reader.takeNotices().filter(({ kind }) => kind === 'gap')).toEqual([])
  },
)

const AT_REST: Growth = { between: 0, meanwhile: 0, torn: false }
const WHOLE: Connection = { cutAt: null, chunk: 4096, how: 'snapshot' }
