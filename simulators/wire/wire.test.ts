import fc from 'fast-check'
import { expect, test } from 'vitest'
import { framesOf } from '../engine/test-support.ts'
import * as faults from '../faults/engine-catalogue.ts'
import { World } from '../world.ts'
import type { Wire } from './wire.ts'

/** Faults that hold bytes back, slow them down or cut them small, and neither add nor take any. */
const delaying = fc.oneof(
  fc.constant(faults.hungRead()),
  fc.constant(faults.neverEnds()),
  fc.constant(faults.lateHeaders()),
  fc.nat(60).map((afterBytes) => faults.blocked({ afterBytes })),
  fc.integer({ min: 1, max: 50 }).map((bytes) => faults.slicer({ bytes })),
  fc.integer({ min: 1, max: 5000 }).map((forMs) => faults.idle({ forMs })),
  fc.integer({ min: 10, max: 5000 }).map((bytesPerSecond) => faults.bandwidth({ bytesPerSecond })),
  fc.integer({ min: 1, max: 50 }).map((bytes) => faults.slowDrip({ bytes, everyMs: 100 })),
  fc
    .record({ delayMs: fc.integer({ min: 1, max: 3000 }), jitterMs: fc.nat(3000) })
    .map((options) => faults.latency(options)),
)

const act = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('write' as const), lines: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('take' as const), bytes: fc.integer({ min: 1, max: 200 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('inject' as const), fault: delaying }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('calm' as const) }) },
)

test('whatever holds bytes back, they come in their order, each once, and the end after them', async () => {
  const property = fc.asyncProperty(fc.array(act, { maxLength: 40 }), fc.boolean(), async (acts, all) => {
    const world = new World({ seed: 1 })
    const web = world.engine.addContainer({ name: 'web' })
    const selection = { stdout: true, stderr: true, timestamps: true, since: null, until: null }
    // With a moment nothing is older than the reply goes through the selection, message by message.
    const since = all ? null : '2026-01-01T00:00:00.000000000Z'
    const wire = world.engine.openLog('web', {
      follow: true,
      tail: Infinity,
      selection: { ...selection, since },
    })
    const pieces: Uint8Array[] = []
    let written = 0
    for (const step of acts) {
      if (step.kind === 'write')
        for (let line = 0; line < step.lines; line++) web.write('stdout', `${written++}\n`)
      else if (step.kind === 'take') pieces.push(...taken(wire, step.bytes))
      else if (step.kind === 'wait') await world.advance(step.ms)
      else if (step.kind === 'inject') world.inject(step.fault)
      else world.engine.calm()
    }
    world.engine.stop('web')
    world.engine.calm()
    for (let piece = taken(wire, 1000); piece.length > 0; piece = taken(wire, 1000)) pieces.push(...piece)
    expect(wire.state).toBe('ended')
    const lines = framesOf(Buffer.concat(pieces)).map(({ data }) => Number(data))
    expect(lines).toEqual(Array.from({ length: written }, (_, line) => line))
    wire.close()
    expect(world.scheduled).toEqual([])
  })
  await fc.assert(property, { seed: 1, numRuns: 300 })
})

/** What can be taken now: nothing, or one piece, which is never empty nor longer than was asked for. */
function taken(wire: Wire, bytes: number): Uint8Array[] {
  if (wire.state !== 'ready') return []
  const piece = wire.take(bytes)
  expect(piece.length).toBeGreaterThan(0)
  expect(piece.length).toBeLessThanOrEqual(bytes)
  return [piece]
}
