/** Everything that can go wrong: one list, for code, for scenario files and for `watertight dockerd --list-faults`. */
export * from './engine-catalogue.ts'
export {
  ioError,
  noAccess,
  noSpace,
  powerCut,
  processKilled,
  renameUnder,
  shortRead,
  shortWrite,
  slowSync,
  tooManyFiles,
  tornWrite,
  truncateUnder,
  unlinkOpen,
} from './files/file-faults.ts'
export {
  acceptsThenFails,
  clientError,
  partialSuccess,
  serverError,
  sinkHang,
  sinkRefused,
  sinkReset,
  sinkSlow,
  tooManyRequests,
} from './sinks/sink-faults.ts'
