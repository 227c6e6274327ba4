import { constants } from 'node:os'
import type { SimulatedContainer } from '../../engine/simulated-container.ts'
import type { SimulatedEngine } from '../../engine/simulated-engine.ts'
import { GATE_SIGNAL, numberedLine, type Program, type Step } from '../program.ts'
import { commandOf } from '../shell-script.ts'

/** Does in a simulated engine what the containers' commands would do in a real one. */
export class ProgramPlayer {
  readonly #engine: SimulatedEngine
  readonly #sleep: (ms: number) => Promise<void>
  readonly #programs = new Map<string, Program>()
  /** Containers that were told to go on and have not done so. */
  readonly #opened = new Set<string>()

  constructor(engine: SimulatedEngine, sleep: (ms: number) => Promise<void>) {
    this.#engine = engine
    this.#sleep = sleep
    engine.events.subscribe(({ action, id, attributes }) => {
      if (action === 'start') void this.#play(engine.container(id))
      if (action === 'kill' && attributes['signal'] === OPENING) this.#opened.add(id)
    })
  }

  learn(program: Program): void {
    this.#programs.set(commandOf(program).join(' '), program)
  }

  async #play(container: SimulatedContainer): Promise<void> {
    const { id, startedAt } = container
    this.#opened.delete(id)
    for (const step of this.#programs.get(container.command.join(' ')) ?? []) {
      // oxlint-disable-next-line no-await-in-loop -- one step after the other
      await this.#sleep(STEP_GAP_MS)
      // oxlint-disable-next-line no-await-in-loop
      await this.#stay(() => container.state === 'paused' || (step.do === 'gate' && this.#isShut(container)))
      if (!container.running || container.startedAt !== startedAt) return
      // oxlint-disable-next-line no-await-in-loop
      await this.#do(step, container)
    }
  }

  #isShut({ id, running }: SimulatedContainer): boolean {
    return running && !this.#opened.has(id)
  }

  async #stay(isHeld: () => boolean): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- looks again and again
    while (isHeld()) await this.#sleep(STEP_GAP_MS)
  }

  async #do(step: Step, container: SimulatedContainer): Promise<void> {
    switch (step.do) {
      case 'write':
        return container.write(step.stream, step.text)
      case 'lines':
        for (let number = 1; number <= step.count; number++)
          container.write('stdout', numberedLine(number, step.bytes))
        return
      case 'pause':
        return await this.#sleep(step.ms)
      case 'gate':
        this.#opened.delete(container.id)
        return
      case 'exit':
        return this.#engine.exit(container.id, step.code)
    }
  }
}

/** Between two steps, so that stamps differ. */
const STEP_GAP_MS = 5
const OPENING = String(constants.signals[`SIG${GATE_SIGNAL}`])
