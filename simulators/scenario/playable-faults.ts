import * as catalogue from '../faults/catalogue.ts'
import * as engineCatalogue from '../faults/engine-catalogue.ts'
import * as calls from '../faults/calls/call-faults.ts'
import {
  comeBack,
  eventStreamDropped,
  goAway,
  hang,
  refused,
  restartEngine,
} from '../faults/engine/engine-faults.ts'
import type { AnyFaultKind, FaultEntry } from '../faults/fault.ts'
import type { FileMachine } from '../faults/files/file-faults.ts'
import * as files from '../faults/files/file-faults.ts'
import type { SinkMachine } from '../faults/sinks/sink-faults.ts'
import * as sinks from '../faults/sinks/sink-faults.ts'
import { calm } from '../faults/streams/calm.ts'
import * as connections from '../faults/streams/connection-faults.ts'
import * as frames from '../faults/streams/frame-faults.ts'
import type { EngineMachine } from '../faults/streams/stream-fault-kind.ts'
import * as travel from '../faults/streams/travel-faults.ts'
import type { WireMachine } from '../wire/disturbable-engine.ts'

/** The catalogue, as a list: by what goes wrong, and by name. */
export const ALL_FAULTS: readonly FaultEntry[] = Object.values(catalogue).toSorted((a, b) =>
  `${a.target} ${a.name}` < `${b.target} ${b.name}` ? -1 : 1,
)

/** The faults a simulated daemon can play, by name. */
export const ENGINE_FAULTS: readonly AnyFaultKind<EngineMachine>[] = byName(Object.values(engineCatalogue))

/** The faults a proxy before a real engine can play, by name: those that are to be seen on its connections alone. */
export const PROXY_FAULTS: readonly AnyFaultKind<WireMachine>[] = byName([
  calm,
  ...Object.values(calls),
  ...Object.values(connections),
  ...Object.values(frames),
  ...Object.values(travel),
  refused,
  goAway,
  restartEngine,
  hang,
  comeBack,
  eventStreamDropped,
])

/** The faults of what a collector ships to, by name. */
export const SINK_FAULTS: readonly AnyFaultKind<SinkMachine>[] = byName(Object.values(sinks))

/** The faults a virtual world can play, by name. */
export const WORLD_FAULTS: readonly AnyFaultKind<EngineMachine & FileMachine>[] = byName([
  ...Object.values(engineCatalogue),
  ...Object.values(files),
])

/** Who loads a module decides in which order it lists what it exports. */
function byName<Kind extends FaultEntry>(kinds: readonly Kind[]): readonly Kind[] {
  return kinds.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
