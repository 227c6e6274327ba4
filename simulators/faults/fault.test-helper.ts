import { describe, expect, test } from 'vitest'
import type { DockerEngine, LogStream } from '../../reference/ports/index.ts'
import { framesOf, never, readUntilIdle, readWithin } from '../engine/test-support.ts'
import type { ContainerOptions, SimulatedContainer } from '../engine/simulated-container.ts'
import type { SimulatedEngineOptions } from '../engine/simulated-engine.ts'
import { World } from '../world.ts'
import { OVER } from './define-fault.ts'
import type { DemonstrationRig } from './demonstration-rig.test-helper.ts'
import type { Fault, FaultEntry } from './fault.ts'

/** A virtual world with one silent container, `web`, and a client of its engine. */
export class FaultRig implements DemonstrationRig {
  readonly world: World
  readonly web: SimulatedContainer
  readonly client: DockerEngine

  readonly #injects: boolean

  /** @param injects false lets every fault that is injected do nothing */
  constructor(
    container: Partial<ContainerOptions> = {},
    engine: SimulatedEngineOptions = {},
    injects = true,
  ) {
    this.#injects = injects
    this.world = new World({ seed: 1, engine })
    this.web = this.world.engine.addContainer({ name: 'web', ...container })
    const latency = { minMs: 0.01, maxMs: 0.02 }
    this.client = this.world.engine.connect({
      callLatency: latency,
      readLatency: latency,
      closeLatency: latency,
    })
  }

  inject(fault: Fault<World>): Disposable {
    return this.injectInto(this.world, fault)
  }

  injectInto<Machine>(machine: Machine, fault: Fault<Machine>): Disposable {
    return this.#injects ? fault.inject(machine) : OVER
  }

  openLog(options: { follow?: boolean; tail?: number } = {}): Promise<LogStream> {
    return this.client.openLogs(this.web.id, { signal: never, follow: true, ...options })
  }

  addContainer(name: string): SimulatedContainer {
    return this.world.engine.addContainer({ name })
  }

  exit(): void {
    this.world.engine.exit('web')
  }

  pause(): void {
    this.world.engine.pause('web')
  }

  ms(ms: number): number {
    return ms
  }

  perSecond(count: number): number {
    return count
  }

  atMostMs(ms: number): number {
    return ms
  }

  async sleep(ms: number): Promise<void> {
    await this.world.clock.sleep(ms, { signal: never })
  }

  readWithin(stream: LogStream, ms: number): Promise<Uint8Array | null | 'idle'> {
    return readWithin(this.world, stream, ms)
  }

  async readUntilIdle(stream: LogStream, idleMs?: number): Promise<Buffer> {
    return Buffer.from(await readUntilIdle(this.world, stream, idleMs))
  }

  /** Everything that comes until nothing comes for `idleMs`. */
  async readLines(stream: LogStream, idleMs = 1000): Promise<string[]> {
    return framesOf(await readUntilIdle(this.world, stream, idleMs)).map(({ data }) => data)
  }

  /** Reads until so many bytes have come: a piece may be cut anywhere. */
  async readBytes(stream: LogStream, bytes: number): Promise<void> {
    for (let read = 0; read < bytes;) read += (await stream.read({ signal: never }))?.length ?? Infinity
  }

  /** Milliseconds until this has settled. */
  async durationOf(work: Promise<unknown>): Promise<number> {
    const startedMs = this.world.nowMs
    await work
    return this.world.nowMs - startedMs
  }
}

/**
 * Shows each fault of one file of the catalogue at work, in a virtual world of its own, and that what shows it fails where the fault does nothing.
 * None can be left out.
 */
export function demonstrate<Kinds extends Readonly<Record<string, FaultEntry>>>(
  kinds: Kinds,
  demonstrations: { readonly [Name in keyof Kinds]: (rig: FaultRig) => Promise<void> },
  container: Partial<ContainerOptions> = {},
): void {
  describe.each(Object.entries(kinds))('%s', (key, { description }) => {
    const demonstration = async (injects: boolean): Promise<void> => {
      const rig = new FaultRig(container, {}, injects)
      await rig.world.run(() => demonstrations[key]!(rig))
    }

    test(description, async () => {
      await demonstration(true)
    })

    test('and this is seen only where it is injected', async () => {
      await expect(demonstration(false)).rejects.toThrow()
    })
  })
}

/**
 * The error something fails with, or 'no failure'. Unlike what `expect(...).rejects` returns it is not waited for at the end of a test, where a
 * read of a world that has stopped would pend for ever.
 */
export function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no failure',
    (error: unknown) => error,
  )
}
