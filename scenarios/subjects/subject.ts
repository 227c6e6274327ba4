import type { MetricNames } from '../probes/subject-probe.ts'

/** Where a subject works: what the placeholders in its definition stand for. */
export interface SubjectPlace {
  /** Such as `unix:///var/run/docker.sock`. */
  readonly dockerHost: string
  /** Empty, for what it writes. */
  readonly outDir: string
  /** Empty, for what it remembers. */
  readonly stateDir: string
  /** Where a program that is no container writes its log, `app.log`; empty unless an operator has something to do. */
  readonly tailDir: string
  /** Takes POST requests; their bodies count as output. */
  readonly sinkUrl: string
  /** Takes syslog over TCP at 127.0.0.1; its messages count as output. Left out where nobody listens. */
  readonly syslogPort?: number
  /** Starts a NATS server whose messages count as output, and says where it is. Left out where none can be started. @throws UsageError where there is none */
  readonly natsUrl?: () => Promise<string>
  /** `key=value`, on the containers of this run and no others. */
  readonly label: string
}

/** What the phase asks of a subject that can be told. */
export interface SubjectSettings {
  readonly slots: number
  readonly compress: number
  /** An operator will use its API: it takes lines there, and reads the log of a program that is no container. Default false. */
  readonly isOperated?: boolean
  /** It is to ship what it reads to the sink as well, as pushes to Loki. Default false. */
  readonly ships?: boolean
  /** Descriptors it may have; default as many as the testbed. It is not given more, whatever it does with this. */
  readonly descriptorLimit?: number | undefined
}

/** A log collector as the testbed sees it: a command, what it writes, and what it tells about itself. */
export interface SubjectDefinition {
  readonly name: string
  readonly command: readonly string[]
  readonly workingDirectory: string
  readonly env: Readonly<Record<string, string>>
  /** What the report shows of how it was told to run; default its environment and its command. */
  readonly configuration?: string
  /** Found in its standard output or standard error once it is ready; `null` when it need not be waited for. */
  readonly ready: RegExp | null
  readonly output: SubjectOutput
  /** It does as {@link SubjectSettings.ships} says. */
  readonly canShip?: boolean
  /** It was told which containers it is to follow; otherwise its output may have lines of others. */
  readonly isToldWhich: boolean
  /**
   * The directory of an engine whose stored logs it reads, without asking the engine for streams: then the files in it that it has open are its streams.
   * Without links. Default `null`: it asks the engine.
   */
  readonly storedLogs?: string | null
  readonly metrics: { readonly url: string; readonly names: MetricNames } | null
  /**
   * The container its work is done in, on the engine under test and this machine: then that has its processes, and the command only waits for it. `null` when
   * they are the command's own.
   */
  readonly container: string | null
  /** Answers 200 while the subject is healthy. */
  readonly healthUrl: string | null
  /** Where it has the reference collector's HTTP API, such as `http://127.0.0.1:8401`; `null` without. */
  readonly apiUrl: string | null
}

/** Where a subject's output is found, and how it names container and line. */
export interface SubjectOutput {
  /** `files` in its output directory that match the glob, its standard output, or what it sent to the sink. */
  readonly from: 'files' | 'stdout' | 'sink'
  readonly glob: string
  /** Global, with the groups `container` and `line`. */
  readonly pattern: RegExp
  /** Lines of it that belong to its format and carry nothing. */
  readonly ignored: readonly RegExp[]
}

/** Anything that can be put under test on a real engine. */
export interface Subject {
  readonly name: string
  /** Fills in the place, and writes what the command needs to be there. */
  prepare(place: SubjectPlace, settings: SubjectSettings): Promise<SubjectDefinition>
}
