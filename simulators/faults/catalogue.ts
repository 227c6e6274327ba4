/** Everything that can go wrong: one list, for code, for scenario files and for `watertight dockerd --list-faults`. */
export * from './engine-catalogue.ts'
export * from './files/file-faults.ts'
export * from './sinks/sink-faults.ts'
