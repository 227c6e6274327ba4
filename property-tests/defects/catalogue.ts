import type { Defect } from './defect.ts'
import { sharedJoin } from './b07-shared-join.ts'
import { blockedRead } from './b08-blocked-read.ts'
import { pendingRead } from './b09-pending-read.ts'
import { unclosedStream } from './b10-unclosed-stream.ts'
import { ANOMALIES } from './anomalies.ts'
import { API } from './api.ts'
import { ALERTS } from './alerts.ts'
import { CHANCE } from './chance.ts'
import { CONFIGURATION } from './configuration.ts'
import { DELIVERY } from './delivery.ts'
import { EDGE } from './edge.ts'
import { NETWORK_SINKS } from './network-sinks.ts'
import { FIELD } from './field.ts'
import { FILES } from './files.ts'
import { FILE_MONITOR } from './file-monitor.ts'
import { GO_COLLECTOR } from './go-collector.ts'
import { JETSTREAM } from './jetstream.ts'
import { MONITOR } from './monitor.ts'
import { ORACLES } from './oracles.ts'
import { PUSH } from './push.ts'
import { PROXY } from './proxy.ts'
import { READING } from './reading.ts'
import { RECORDS } from './records.ts'
import { REPORT } from './report.ts'
import { RELOAD } from './reload.ts'
import { RETRIES } from './retries.ts'
import { STORED } from './stored.ts'
import { PARSERS } from './parsers.ts'
import { CRASH_SABOTAGES } from './crash-sabotages.ts'
import { CRITERION_SABOTAGES } from './criterion-sabotages.ts'
import { SABOTAGES } from './sabotages.ts'
import { STAGES } from './stages.ts'
import { SUBJECTS } from './subjects.ts'
import { SURVIVORS } from './survivors.ts'
import { VERDICTS } from './verdicts.ts'

/** Every known bug that can be put back, by number. */
export const DEFECTS: readonly Defect[] = [
  sharedJoin,
  blockedRead,
  pendingRead,
  unclosedStream,
  ...GO_COLLECTOR,
  ...READING,
  ...MONITOR,
  ...DELIVERY,
  ...FILES,
  ...FILE_MONITOR,
  ...EDGE,
  ...VERDICTS,
  ...SURVIVORS,
  ...RECORDS,
  ...STAGES,
  ...RELOAD,
  ...RETRIES,
  ...STORED,
  ...NETWORK_SINKS,
  ...JETSTREAM,
  ...CONFIGURATION,
  ...FIELD,
  ...SUBJECTS,
  ...API,
  ...PUSH,
  ...ALERTS,
  ...PARSERS,
  ...ORACLES,
  ...CHANCE,
  ...REPORT,
  ...ANOMALIES,
  ...PROXY,
]

/** With what was made up to show that an invariant, a promise about crashes or a criterion can fail. */
export const DEFECTS_AND_SABOTAGES: readonly Defect[] = [
  ...DEFECTS,
  ...SABOTAGES,
  ...CRASH_SABOTAGES,
  ...CRITERION_SABOTAGES,
]

/** @throws Error naming the defects there are. */
export function findDefect(id: string): Defect {
  const defect = DEFECTS_AND_SABOTAGES.find((candidate) => candidate.id === id)
  if (defect !== undefined) return defect
  const known = DEFECTS.map((candidate) => candidate.id).join(', ')
  throw new Error(`Cannot put defect ${JSON.stringify(id)} back: known are ${known}`)
}
