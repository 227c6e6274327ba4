/**
 * What must hold at every moment of a virtual run. Each function adds its check to the world; dispose what it returns to take it out. The numbers
 * are those of the design: I1 to I8.
 */
export { streamsWithinCapacity, filesWithinLimit } from './invariants/open-resources.ts'
export { callsEndInTime, readsEndInTime, streamsRotateInTime } from './invariants/ages.ts'
export { noOrphanedTasks, type TaskLister } from './invariants/orphaned-tasks.ts'
export { waitsAreBounded, type WaitingBound } from './invariants/waiting-bound.ts'
export { sinkHoldsPrefix, type SinkPrefix, type SinkPrefixOptions } from './invariants/sink-prefix.ts'
export { OutputCheck, type SkippedLines } from './invariants/output-check.ts'
export { leftBehind } from './invariants/left-behind.ts'
export {
  positionsAreFresh,
  savedRecords,
  savedSinks,
  type FreshPositionsOptions,
} from './invariants/fresh-positions.ts'
export { deliveriesGoOn, type DeliveriesOptions, type Delivery } from './invariants/deliveries.ts'
export { every } from './invariants/every.ts'
