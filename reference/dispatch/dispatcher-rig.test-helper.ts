import { z } from 'zod'
import { World, type VirtualPorts } from '../../simulators/index.ts'
import { completeConfig, type PartialConfig } from '../config/complete-config.ts'
import { Scope } from '../lifecycle/scope.ts'
import { runStopSequence, type StopReport } from '../lifecycle/stop-sequence.ts'
import { TaskRegistry } from '../lifecycle/task-registry.ts'
import { Metrics } from '../metrics/metrics.ts'
import type { Source } from './block.ts'
import { Dispatcher } from './dispatcher.ts'
import { blockOf, positionOf, type ScriptedSink } from './pipeline-rig.test-helper.ts'

const POSITION = z.object({ records: z.int(), epoch: z.int() })

/** Processes of a dispatcher, one after the other, in one world; the sinks are what they ship to, and outlive them. */
export class Machine {
  readonly world: World
  #process: Process | null = null

  constructor(seed: number = 1) {
    this.world = new World({ seed })
  }

  async start(sinks: readonly ScriptedSink[], config: PartialConfig['dispatcher'] = {}): Promise<Process> {
    const process = new Process(this.world, sinks, config)
    this.#process = process
    await this.world.run(() => process.dispatcher.start(process.scope, new AbortController().signal))
    return process
  }

  async stop(): Promise<StopReport> {
    return await this.world.run(() =>
      runStopSequence(this.world.clock, 9500, this.#process!.dispatcher.stopSteps()),
    )
  }

  crash(kind: 'kill' | 'power'): void {
    this.world.crash({ kind })
  }
}

export class Process {
  readonly ports: VirtualPorts
  readonly metrics: Metrics
  readonly dispatcher: Dispatcher
  readonly scope: Scope
  readonly tasks: TaskRegistry

  constructor(world: World, sinks: readonly ScriptedSink[], config: PartialConfig['dispatcher']) {
    this.ports = world.ports()
    const { clock, fileSystem, logger, random } = this.ports
    const tasks = (this.tasks = new TaskRegistry(clock))
    this.metrics = new Metrics({
      clock,
      tasks,
      process: this.ports.process,
      slots: { capacity: 1, active: 0 },
    })
    this.scope = new Scope('app', { clock, tasks, onFailure: () => {} })
    this.dispatcher = new Dispatcher({
      clock,
      fileSystem,
      logger,
      random,
      metrics: this.metrics,
      stateDir: '/state',
      config: completeConfig({ dispatcher: config ?? {} }).dispatcher,
      sinks,
      parse: (_kind, json) => {
        const { records, epoch } = POSITION.parse(json)
        return positionOf(records, epoch)
      },
    })
  }

  /** Delivers `count` blocks of one line each, from where the source stands on. */
  async deliver(
    source: Source,
    count: number,
    line = '',
    { signal }: AbortController = new AbortController(),
  ): Promise<void> {
    for (let n = 0; n < count; n++) {
      const first = this.dispatcher.resumePosition(source.id)?.records ?? 0
      // eslint-disable-next-line no-await-in-loop -- a reader
      await this.dispatcher.deliver(blockOf(source, first, [`${first} ${line}`]), { signal })
    }
  }

  async dropped(): Promise<number> {
    return await this.counted('lines_dropped')
  }

  async counted(what: string): Promise<number> {
    const lines = (await this.metrics.text())
      .split('\n')
      .filter((one) => one.startsWith(`log_capturer_${what}_total{`))
    return lines.reduce((sum, one) => sum + Number(one.split(' ').at(-1)), 0)
  }

  async gauge(what: string, sink: string): Promise<number> {
    const text = await this.metrics.text()
    const line = text.split('\n').find((one) => one.startsWith(`log_capturer_${what}{sink="${sink}"}`))
    return Number(line?.split(' ').at(-1))
  }

  get spooled(): boolean {
    return 'spool' in this.dispatcher.checks()
  }
}

export function numbersOf(sink: ScriptedSink, source: Source): number[] {
  return (sink.stored.get(source.name) ?? []).map((line) => Number(line.split(' ')[0]))
}

/** What the sink holds of the source as runs of consecutive numbers, such as `0-9 15-19`. */
export function runsOf(sink: ScriptedSink, source: Source): string {
  return runs(numbersOf(sink, source))
}

export function runs(numbers: readonly number[]): string {
  let text = ''
  for (const [n, number] of numbers.entries()) {
    if (number !== (numbers[n - 1] ?? NaN) + 1) text += ` ${number}-`
    if (numbers[n + 1] !== number + 1) text += `${number}`
  }
  return text.trim()
}

export function upTo(end: number): number[] {
  return Array.from({ length: end }, (_, n) => n)
}
