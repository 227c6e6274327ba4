/** The faults of a machine's container engine: those a simulated daemon can play, too. */
export {
  emptyList,
  errorStatus,
  eventsRefused,
  headersThenNothing,
  inspectFails,
  lateEventHeaders,
  malformedJson,
  neverAnswered,
  slowAnswer,
} from './calls/call-faults.ts'
export {
  exit,
  kill,
  pause,
  remove,
  rename,
  restart,
  restartLoop,
  shortLife,
  start,
  stop,
  unpause,
} from './containers/life-faults.ts'
export { cutCharacter, emptyLines, flood, longLine, write } from './containers/output-faults.ts'
export { duplicateStamps, outOfOrderStamps } from './containers/stamp-faults.ts'
export { emptiedLog, spoiltRecord } from './containers/stored-log-faults.ts'
export {
  clockStep,
  comeBack,
  eventLost,
  eventsLost,
  eventStreamDropped,
  goAway,
  hang,
  refused,
  restartEngine,
  upgradeEngine,
} from './engine/engine-faults.ts'
export { calm } from './streams/calm.ts'
export {
  blocked,
  cleanEnd,
  endWithoutClose,
  halfFrameReset,
  hungClose,
  hungOpen,
  hungRead,
  idle,
  lateHeaders,
  neverEnds,
  reset,
} from './streams/connection-faults.ts'
export { errorFrame, garbageHeader, giantFrame } from './streams/frame-faults.ts'
export { bandwidth, latency, slicer, slowDrip } from './streams/travel-faults.ts'
