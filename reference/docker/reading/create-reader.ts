import type { ContainerReader, ContainerReaderOptions } from './container-reader.ts'
import { FollowReader } from './follow-reader.ts'
import { SnapshotReader } from './snapshot-reader.ts'

export function createReader(options: ContainerReaderOptions): ContainerReader {
  return options.poll ? new SnapshotReader(options) : new FollowReader(options)
}
