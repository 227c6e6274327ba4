import { expect, test } from 'vitest'
import { World } from '../../../simulators/index.ts'
import { BackOff } from '../../lifecycle/back-off.ts'
import { Circuit, retryDelay } from './circuit.ts'

/** A back-off is then as long as it can be: 200, 400, 800 ms and so on. */
const LONGEST = { next: () => 1 }
const AWAY = { why: 'ECONNREFUSED', refuses: false }

class Rig {
  readonly world = new World({ seed: 1 })
  readonly circuit = new Circuit(
    this.world.clock,
    LONGEST,
    new BackOff({ initialMs: 200, maxMs: 30_000 }, LONGEST),
  )
  readonly #startedMs = this.world.clock.monotonic()

  get nowMs(): number {
    return this.world.clock.monotonic() - this.#startedMs
  }

  /** When the next probe is due, milliseconds after the start. */
  get probeAtMs(): number | null {
    const { probeAtMs } = this.circuit
    return probeAtMs === null ? null : probeAtMs - this.#startedMs
  }

  /** Waits until the probe is due, and begins it. */
  async probe(): Promise<void> {
    await this.world.advance(this.probeAtMs! - this.nowMs)
    expect(this.circuit.allow()).toBe(true)
  }
}

test('closed it allows every write, and nothing is undecided', () => {
  const { circuit } = new Rig()
  circuit.undecided()
  circuit.hurry()
  expect([circuit.allow(), circuit.allow()]).toEqual([true, true])
  expect([circuit.trouble, circuit.probeAtMs, circuit.sourcesMax]).toEqual([null, null, Infinity])
})

test('open it allows one write once the back-off is over, and another one when that is undecided', async () => {
  const rig = new Rig()
  const { circuit, world } = rig
  circuit.failed(AWAY)
  expect(circuit.trouble).toMatchObject(AWAY)
  const { sinceMs } = circuit.trouble!
  await world.advance(199)
  expect([circuit.allow(), rig.probeAtMs]).toEqual([false, 200])
  await world.advance(1)
  expect([circuit.allow(), circuit.allow(), rig.probeAtMs]).toEqual([true, false, null])
  await world.advance(1000)
  circuit.undecided()
  expect(rig.probeAtMs).toBe(1200 + 400)
  circuit.undecided()
  expect(rig.probeAtMs).toBe(1200 + 400)
  await rig.probe()
  circuit.failed({ why: 'EHOSTUNREACH', refuses: true })
  expect(circuit.trouble).toMatchObject({ sinceMs, why: 'EHOSTUNREACH', refuses: true })
  expect(rig.probeAtMs).toBe(1600 + 800)
})

test('of writes that fail together only the first lengthens the back-off', async () => {
  const rig = new Rig()
  rig.circuit.failed(AWAY)
  await rig.world.advance(100)
  rig.circuit.failed(AWAY)
  expect(rig.probeAtMs).toBe(200)
  await rig.world.advance(300)
  rig.circuit.failed(AWAY)
  expect(rig.probeAtMs).toBe(400)
  await rig.probe()
  rig.circuit.undecided()
  expect(rig.probeAtMs).toBe(400 + 400)
})

test('a success closes it, and the next back-off begins anew', async () => {
  const rig = new Rig()
  for (let n = 0; n < 5; n++) {
    rig.circuit.failed(AWAY)
    await rig.probe()
  }
  rig.circuit.passed()
  expect([rig.circuit.trouble, rig.circuit.allow(), rig.circuit.allow()]).toEqual([null, true, true])
  rig.circuit.failed(AWAY)
  expect(rig.probeAtMs! - rig.nowMs).toBe(200)
})

test('the first probes may be of many sources, later ones of one', async () => {
  const rig = new Rig()
  const most: number[] = []
  for (let n = 0; n < 5; n++) {
    rig.circuit.failed(AWAY)
    most.push(rig.circuit.sourcesMax)
    await rig.probe()
  }
  expect(most).toEqual([Infinity, Infinity, Infinity, 1, 1])
  rig.circuit.passed()
  expect(rig.circuit.sourcesMax).toBe(Infinity)
})

test('a stop has the next probe due now, and those after it soon, until the sink is started again', async () => {
  const rig = new Rig()
  for (let n = 0; n < 5; n++) {
    rig.circuit.failed(AWAY)
    await rig.probe()
  }
  rig.circuit.failed(AWAY)
  expect(rig.probeAtMs! - rig.nowMs).toBe(6400)
  rig.circuit.hurry()
  expect(rig.circuit.allow()).toBe(true)
  rig.circuit.failed(AWAY)
  expect(rig.probeAtMs! - rig.nowMs).toBe(500)
  rig.circuit.calm()
  await rig.probe()
  rig.circuit.failed(AWAY)
  expect(rig.probeAtMs! - rig.nowMs).toBe(25_600)
})

test('a sink that asked for a pause is not probed before its end, also by a stop and after another failure', async () => {
  const rig = new Rig()
  rig.circuit.failed({ ...AWAY, afterMs: 5000 })
  expect(rig.probeAtMs).toBe(5200)
  rig.circuit.failed(AWAY)
  expect(rig.probeAtMs).toBe(5200)
  rig.circuit.hurry()
  expect(rig.probeAtMs).toBe(5000)
  await rig.probe()
  rig.circuit.failed({ ...AWAY, afterMs: 1000 })
  expect(rig.probeAtMs).toBe(5000 + 1200)
  rig.circuit.hurry()
  expect(rig.probeAtMs).toBe(5000 + 1000)
})

test('a delay is drawn from the back-off, and is never shorter than what was asked for', () => {
  expect(retryDelay(1000, 0, LONGEST)).toBe(1000)
  expect(retryDelay(1000, 500, LONGEST)).toBe(1000)
  expect(retryDelay(100, 500, LONGEST)).toBe(700)
  expect(retryDelay(100, 500, { next: () => 0 })).toBe(502)
})
