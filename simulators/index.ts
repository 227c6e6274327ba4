export { World, type WorldOptions } from './world.ts'
export { Simulation, type InvariantCheck, type SimulationOptions } from './world/simulation.ts'
export { DeadlockError, EventFailure, InvariantViolation, type WorldMoment } from './world/world-errors.ts'
export type { OwnedEvent, ScheduledEvent } from './world/event-queue.ts'
export type { TracedEvent } from './world/event-trace.ts'
export {
  describeEntry,
  ResourceLedger,
  type LedgerEntry,
  type ResourceKind,
} from './world/resource-ledger.ts'
export { SeededRandom } from './world/seeded-random.ts'
export { VirtualClock } from './world/virtual-clock.ts'
export { RecordingLogger, type LogEntry } from './machine/recording-logger.ts'
export { SimulatedHostProcess } from './machine/simulated-host-process.ts'
export { SimulatedHttpServer } from './machine/simulated-http-server.ts'
export { SimulatedStandardOutput } from './machine/simulated-standard-output.ts'
export type { VirtualPorts } from './machine/virtual-ports.ts'
export {
  SimulatedEngine,
  type EngineStatistics,
  type SimulatedEngineOptions,
} from './engine/simulated-engine.ts'
export {
  SimulatedContainer,
  type ContainerOptions,
  type ContainerState,
  type StampDistortion,
  type StoredListener,
} from './engine/simulated-container.ts'
export { runAndRemove, type RunAndRemoveOptions } from './engine/run-and-remove.ts'
export {
  SimulatedDockerEngine,
  type ConnectOptions,
  type LatencyRange,
} from './engine/client/simulated-docker-engine.ts'
export {
  DOCKER_20_10,
  DOCKER_26,
  DOCKER_28,
  DOCKER_29,
  PERSONALITIES,
  PERSONALITY_NAMES,
  PODMAN_4,
  PODMAN_5,
  type EnginePersonality,
  type PersonalityName,
  type SpoiltRecord,
  type SplitFollow,
} from './engine/personality.ts'
export { RealTimeHost } from './real-time/real-time-host.ts'
export { SimulatedDaemon, type SimulatedDaemonOptions } from './daemon/simulated-daemon.ts'
export { EngineProxy, type EngineProxyOptions, type ListenTls } from './proxy/over-sockets/engine-proxy.ts'
export {
  parseEngineAddress,
  type EngineAddress,
  type UpstreamTls,
} from './proxy/over-sockets/engine-address.ts'
export type { ExchangeLog, ExchangeRecord } from './proxy/exchange-log.ts'
export { Recorder } from './proxy/recording/recorder.ts'
export { RecordingReader, type RecordedExchange, type Recording } from './proxy/recording/recording-reader.ts'
export { ReplayServer } from './proxy/over-sockets/replay-server.ts'
export type { ListenAddress } from './real-time/listen-on.ts'
export type { ProxiedEngine, ProxiedStream } from './proxy/proxied-engine.ts'
export type { DisturbableEngine, WireMachine } from './wire/disturbable-engine.ts'
export { parseScenario } from './scenario/parse-scenario.ts'
export { playScenario, playTimeline } from './scenario/play-scenario.ts'
export type { Scenario, ScenarioStep } from './scenario/scenario.ts'
export {
  ALL_FAULTS,
  ENGINE_FAULTS,
  PROXY_FAULTS,
  SINK_FAULTS,
  WORLD_FAULTS,
} from './scenario/playable-faults.ts'
export { scenarioJsonSchema } from './scenario/scenario-schema.ts'
export { keyOf } from '../reference/config/values.ts'
export type { FileMachine } from './faults/files/file-faults.ts'
export type { StreamFaultKind } from './faults/streams/stream-fault-kind.ts'
export type { ContainerFaultKind } from './faults/containers/container-fault-kind.ts'
export type { SinkMachine } from './faults/sinks/sink-faults.ts'
export * as faults from './faults/catalogue.ts'
export type { AnyFaultKind, Fault, FaultEntry, FaultKind, FaultTarget } from './faults/fault.ts'
export type { EngineMachine } from './faults/streams/stream-fault-kind.ts'
export type { CallFault, CallScope, DisturbedCall, EngineOperation } from './engine/call-faults.ts'
export type { StreamFault, StreamScope } from './wire/stream-fault.ts'
export type { Wire, WireState } from './wire/wire.ts'
export type { WireCondition } from './wire/wire-condition.ts'
export type { ContainerIdentity } from './wire/container-identity.ts'
export type { Hold } from './wire/hold.ts'
export type { EngineAvailability, Outage } from './engine/availability.ts'
export type { EngineEvent } from './engine/engine-event.ts'
export type { EventHub, EventLoss } from './engine/event-hub.ts'
export type { LogSelection } from './engine/reply/selected-log.ts'
export type { OpenLogOptions } from './engine/reply/log-opening.ts'
export type { Host as EngineHost, MortalHost } from './world/host.ts'
export type { LossCause, LostMessages } from './engine/log/loss-account.ts'
export type { ContainerLog, LogRotationOptions } from './engine/log/container-log.ts'
export type { ExpectedOutput } from './engine/output/expected-output.ts'
export type { Behaviour, LineShape } from './engine/output/workload.ts'
export {
  SimulatedFileSystem,
  type AppendListener,
  type FileSystemCrash,
  type SimulatedFileSystemOptions,
} from './file-system/simulated-file-system.ts'
export type { CrashKind } from './file-system/crash-kind.ts'
export type { DiskNode } from './file-system/directory-node.ts'
export { SimulatedDisk, type SimulatedDiskOptions } from './file-system/simulated-disk.ts'
export type {
  FileErrorCode,
  FileFault,
  FileFaultScope,
  FileOperation,
} from './file-system/file-system-fault.ts'
export { SimulatedJetStream } from './jetstream/simulated-jet-stream.ts'
export type {
  JetStreamFault,
  JetStreamMessageFault,
  JetStreamRequestFault,
} from './jetstream/jet-stream-fault.ts'
export {
  matches,
  SimulatedStream,
  type KeptMessage,
  type SimulatedStreamOptions,
} from './jetstream/simulated-stream.ts'
export { SimulatedSink } from './sinks/simulated-sink.ts'
export { SimulatedLoki, type HeldLine, type SimulatedLokiOptions } from './sinks/loki/simulated-loki.ts'
export type { ExportedRecord } from './sinks/otlp/export-request.ts'
export { SimulatedOtlp, type SimulatedOtlpOptions } from './sinks/otlp/simulated-otlp.ts'
export { SimulatedHttpClient, type SimulatedHttpClientOptions } from './sinks/simulated-http-client.ts'
export {
  SimulatedSinkServer,
  type SimulatedSinkServerOptions,
} from './sinks/over-http/simulated-sink-server.ts'
export type { SinkFault, SinkFaultKind, SinkFaultScope } from './sinks/sink-fault.ts'
export { SINK_FAULT_PARAMETERS, SINK_SCOPE_PARAMETERS } from './sinks/sink-fault-parameters.ts'
export type { SinkExchange } from './sinks/sink-exchange.ts'
export type { SinkFaultOrder } from './sinks/sink-faults.ts'
export {
  LINES,
  WHOLE_BODY,
  type Judgement,
  type ReceivedRequest,
  type SinkFormat,
  type SinkRefusal,
} from './sinks/sink-format.ts'
export type { SinkBatch, SinkRecord, SinkRequest } from './sinks/sink-record.ts'
export type { SinkStoreOptions } from './sinks/sink-store.ts'
export * from './invariants.ts'
export { assertNoLeaks, LeakError } from './leaks/assert-no-leaks.ts'
export { findLeaks } from './leaks/find-leaks.ts'
export { retainedBytes } from './leaks/retained-bytes.ts'
export { describeLeak, LEAK_KINDS, type Leak, type LeakKind } from './leaks/leak.ts'
export type { LeakOptions } from './leaks/leak-options.ts'
export type { LeakReport, UncheckedKind } from './leaks/leak-report.ts'
