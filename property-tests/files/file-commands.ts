import fc from 'fast-check'
import type { FileFault } from '../../simulators/index.ts'
import type { FileWorld } from './file-world.ts'

/** One thing that happens to logs, to their directories, to the disk or to the collector. */
export class FileCommand {
  readonly #description: string
  readonly #run: (world: FileWorld) => Promise<void> | void

  constructor(description: string, run: (world: FileWorld) => Promise<void> | void) {
    this.#description = description
    this.#run = run
  }

  async run(world: FileWorld): Promise<void> {
    await this.#run(world)
  }

  toString(): string {
    return this.#description
  }
}

/** Mostly the same: what is interesting takes several things that happen to one log. */
const log = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3)
/** Mostly a rotation is over at once. */
const pauseEvents = fc.constantFrom(0, 0, 0, 1, 2, 5)
const pauseMs = fc.constantFrom(0, 1, 20, 150, 600, 3000, 20_000)

const write = fc
  .tuple(log, fc.integer({ min: 1, max: 12 }))
  .map(
    ([which, count]) =>
      new FileCommand(`write ${count} to ${which}`, (world) => world.log(which)?.write(count)),
  )
const begin = log.map(
  (which) => new FileCommand(`begin a line of ${which}`, (world) => world.log(which)?.begin()),
)
const late = log.map(
  (which) => new FileCommand(`write late to ${which}`, (world) => world.log(which)?.writeLate()),
)
const rename = fc
  .tuple(log, pauseEvents)
  .map(
    ([which, events]) =>
      new FileCommand(`rename ${which}, ${events} events at each step`, (world) =>
        world.log(which)?.rename(() => world.step(events)),
      ),
  )
const copyAndCut = fc.tuple(log, fc.nat(3), pauseEvents, pauseMs).map(
  ([which, between, events, ms]) =>
    new FileCommand(
      `copy ${which}, ${events} events at each step, write ${between}, wait ${ms}, cut`,
      (world) =>
        world.log(which)?.copyAndCut(
          between,
          () => world.step(events),
          () => world.advance(ms),
        ),
    ),
)
const compress = log.map(
  (which) => new FileCommand(`compress ${which}`, (world) => world.log(which)?.compress()),
)
const remove = log.map((which) => new FileCommand(`remove ${which}`, (world) => world.log(which)?.remove()))
const wait = pauseMs.map((ms) => new FileCommand(`wait ${ms} ms`, (world) => world.advance(ms)))
const steps = fc
  .integer({ min: 1, max: 40 })
  .map((count) => new FileCommand(`${count} events`, (world) => world.step(count)))
const hide = new FileCommand('the directory is away', (world) => world.hide())
const show = new FileCommand('the directory is there again', (world) => world.show())
const stop = new FileCommand('stop', (world) => world.stop())
const start = new FileCommand('start', (world) => world.start())
const restart = new FileCommand('restart the process', (world) => world.restart())
const crash = new FileCommand('kill -9', (world) => world.crash())
const fault = fc
  .tuple(
    fc.constantFrom<FileFault>(
      { kind: 'error', code: 'EMFILE' },
      { kind: 'error', code: 'EIO' },
      { kind: 'error', code: 'EACCES' },
      { kind: 'short' },
      { kind: 'slow', delayMs: 700 },
    ),
    fc.constantFrom(0.1, 0.5, 1),
  )
  .map(
    ([kind, chance]) =>
      new FileCommand(`${JSON.stringify(kind)}, chance ${chance}`, (world) => world.disturb(kind, chance)),
  )
const mend = new FileCommand('the disk is right again', (world) => world.mend())

export const fileCommand: fc.Arbitrary<FileCommand> = fc.oneof(
  { weight: 10, arbitrary: write },
  { weight: 2, arbitrary: begin },
  { weight: 2, arbitrary: late },
  { weight: 5, arbitrary: rename },
  { weight: 5, arbitrary: copyAndCut },
  { weight: 1, arbitrary: compress },
  { weight: 1, arbitrary: remove },
  { weight: 8, arbitrary: wait },
  { weight: 3, arbitrary: steps },
  { weight: 1, arbitrary: fc.constantFrom(hide, show, show) },
  { weight: 2, arbitrary: fc.constantFrom(stop, start, start, restart, crash) },
  { weight: 2, arbitrary: fc.oneof(fault, fc.constant(mend)) },
)
