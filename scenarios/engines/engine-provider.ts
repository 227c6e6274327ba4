import type { SinkMachine, WireMachine } from '../../simulators/index.ts'
import type { Workload } from '../workload.ts'
import type { EngineName } from './phase-engine.ts'

/** An engine in real time that can be had for phases. Disposing gives it back. */
export interface EngineProvider extends AsyncDisposable {
  readonly name: EngineName
  /** Nobody else uses it. */
  readonly exclusive: boolean
  /** Starts the containers of one run, all at once. */
  start(request: ContainersRequest): Promise<RunningContainers>
}

export interface ContainersRequest {
  readonly workloads: readonly Workload[]
  readonly labels: Readonly<Record<string, string>>
  /** Decides what chance decides, where the engine lets it be decided. */
  readonly seed: number
}

/** The containers of one run, and the engine they run on. Disposing removes them. */
export interface RunningContainers extends AsyncDisposable {
  /** Such as `unix:///var/run/docker.sock`. */
  readonly host: string
  /** What will go wrong by order of a scenario, in milliseconds from where the phase's clock starts; default nothing. */
  readonly ordered?: readonly {
    readonly name: string
    readonly atMs: number
    readonly forMs: number | null
  }[]
  /** The phase's clock starts: moments for which faults were ordered count from here: of the sink, of the engine, or of what stands before the engine. */
  beginPhase(machine: SinkMachine & WireMachine): void
  /** The engine itself is restarted, and away for so long; its containers go on. Left out where that cannot be ordered of it. */
  restartEngine?(awayMs: number): Promise<void>
  /** One more container, which writes what `briefLines` says, ends by itself and is removed at once. Resolves when it has been started. */
  runBriefly(name: string): Promise<void>
  /** The wall clock of the engine's machine is stepped. Left out where that cannot be ordered of it. */
  stepClock?(byMs: number): Promise<void>
  /** Tells every container of the phase to end, and waits until all have. Their logs stay. */
  end(): Promise<Map<string, EndedContainer>>
}

/** What became of a container of a phase. */
export interface EndedContainer {
  /** What the engine has stored is the truth. */
  readonly lastLine: number
  /** How often its process was started. */
  readonly lives: number
}
