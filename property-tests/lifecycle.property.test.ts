import { fc, test } from '@fast-check/vitest'
import { describe, expect, test as plainTest } from 'vitest'
import { Lifecycle } from '../reference/lifecycle/lifecycle.ts'
import { FakeParts, StartFailure } from './models/fake-parts.ts'

/** What can happen between two calls is part of the sequence: `tick` lets one micro-task run, `settle` waits for all calls made so far. */
const OPERATIONS = [
  'start',
  'stop',
  'tick',
  'settle',
  'the next start fails',
  'the next start is deaf',
] as const
type Operation = (typeof OPERATIONS)[number]

/** 6 + 6^2 + ... + 6^6 sequences, and the empty one. */
const LENGTH_MAX = 6

interface Call {
  readonly operation: 'start' | 'stop'
  outcome: 'pending' | 'resolved' | 'failed' | 'stopped while starting' | 'another error'
  readonly promise: Promise<void>
}

/** Calls start and stop in parallel, as the sequence says, and waits for everything. */
class Run {
  readonly parts = new FakeParts()
  readonly lifecycle = new Lifecycle<string>(this.parts, 'there was nothing to stop')
  readonly calls: Call[] = []

  async perform(sequence: readonly Operation[]): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- a sequence
    for (const operation of sequence) await this.#step(operation)
    await this.#settle()
  }

  async #step(operation: Operation): Promise<void> {
    switch (operation) {
      case 'start':
      case 'stop':
        return this.#call(operation)
      case 'tick':
        return await Promise.resolve()
      case 'settle':
        return await this.#settle()
      case 'the next start fails':
        return this.parts.failNextStart()
      case 'the next start is deaf':
        return this.parts.deafNextStart()
    }
  }

  #call(operation: 'start' | 'stop'): void {
    const promise = this.lifecycle[operation]().then(
      () => void (call.outcome = 'resolved'),
      (error: unknown) => void (call.outcome = outcomeOf(error)),
    )
    const call: Call = { operation, outcome: 'pending', promise }
    this.calls.push(call)
  }

  async #settle(): Promise<void> {
    await Promise.all(this.calls.map(({ promise }) => promise))
  }
}

function outcomeOf(error: unknown): Call['outcome'] {
  if (error instanceof StartFailure) return 'failed'
  return error instanceof DOMException && error.name === 'AbortError'
    ? 'stopped while starting'
    : 'another error'
}

/** What is wrong with the end of a run; undefined when its calls equal some sequential order in which the last one wins. */
function wrongWith({ calls, lifecycle, parts }: Run): string | undefined {
  if (parts.misuses.length > 0) return `the parts were ${parts.misuses.join(', ')}`
  const isOn = parts.state === 'on'
  if (lifecycle.state !== (isOn ? 'running' : 'stopped'))
    return `${lifecycle.state}, but the parts are ${parts.state}`
  const lastStop = calls.findLastIndex(({ operation }) => operation === 'stop')
  for (const [index, { operation, outcome }] of calls.entries()) {
    const allowed = outcomesAllowed(operation, index < lastStop)
    if (!allowed.includes(outcome)) return `call ${index} (${operation}): ${outcome}`
  }
  const last = calls.at(-1)
  const shouldRun = last?.operation === 'start' && last.outcome === 'resolved'
  return isOn === shouldRun
    ? undefined
    : `the last call was ${last?.operation}, ${last?.outcome}, and it is ${lifecycle.state}`
}

function outcomesAllowed(operation: Call['operation'], isStoppedLater: boolean): Call['outcome'][] {
  if (operation === 'stop') return ['resolved']
  return isStoppedLater ? ['resolved', 'failed', 'stopped while starting'] : ['resolved', 'failed']
}

/** Every sequence of up to that length, each behind its beginnings. */
function* sequencesUpTo(
  length: number,
  beginning: readonly Operation[] = [],
): Generator<readonly Operation[]> {
  yield beginning
  if (beginning.length === length) return
  for (const operation of OPERATIONS) yield* sequencesUpTo(length, [...beginning, operation])
}

describe('start and stop in parallel', () => {
  plainTest(
    `equal some sequential order, and the last call wins: all sequences of up to ${LENGTH_MAX} operations`,
    async () => {
      let sequences = 0
      for (const sequence of sequencesUpTo(LENGTH_MAX)) {
        const run = new Run()
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await run.perform(sequence)
        const wrong = wrongWith(run)
        if (wrong !== undefined) expect.fail(`${sequence.join(', ')}: ${wrong}`)
        sequences += 1
      }
      expect(sequences).toBe((OPERATIONS.length ** (LENGTH_MAX + 1) - 1) / (OPERATIONS.length - 1))
    },
  )

  test.prop([fc.array(fc.constantFrom(...OPERATIONS), { maxLength: 60, size: 'max' })], {
    numRuns: 500,
    seed: 1,
  })('equal some sequential order, and the last call wins: long sequences', async (sequence) => {
    const run = new Run()
    await run.perform(sequence)
    expect(wrongWith(run)).toBeUndefined()
  })
})
