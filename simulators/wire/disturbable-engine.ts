import type { CallFault, CallScope } from '../engine/call-faults.ts'
import type { Host } from '../world/host.ts'
import type { StreamFault, StreamScope } from './stream-fault.ts'

/**
 * What faults of streams, calls and connections act on: a simulated engine, or what stands before a real one. Each of these orders lasts until what is
 * returned is disposed.
 */
export interface DisturbableEngine {
  readonly host: Host
  readonly events: {
    /** Every connection that listens to events breaks. */
    dropStreams(): void
  }
  disturbStreams(fault: StreamFault, scope: StreamScope): Disposable
  disturbCalls(fault: CallFault, scope: CallScope): Disposable
  /** The head of an answer to who asks for events waits for the first one. */
  delayEventHeads(): Disposable
  /** Takes away what is wrong with a container's streams, or with all streams and requests. */
  calm(reference?: string): void
  /** New connections are refused and those that stand go on. */
  refuseConnections(): Disposable
  /** Connections break and new ones are refused. */
  goAway(options?: { containers?: 'live-restore' | 'end' }): Disposable
  /** Nothing is answered, sent or ended. */
  hang(): Disposable
  /** It is there again, whatever kept it. */
  comeBack(): void
}

/** A machine whose connections can be disturbed: one with a simulated engine, or a proxy before a real one. */
export interface WireMachine {
  readonly engine: DisturbableEngine
}
