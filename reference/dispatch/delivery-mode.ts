import type { DispatcherConfig } from '../config/config.ts'
import type { Health } from '../http/health.ts'
import type { Scope } from '../lifecycle/scope.ts'
import type { Block, Source } from './block.ts'
import type { Permit } from './budget.ts'
import type { SinkFigures } from './statistics.ts'

/** A way from what was read to the sinks: straight, or over the spool. */
export interface DeliveryMode {
  /** Other settings from now on. */
  reconfigure(config: DispatcherConfig): void
  /** Starts or goes on in the scope. What is not stored when that is closed stays. */
  start(scope: Scope): void
  /** Takes a block, which follows what was last taken of its source. The permit is given back once the block is where it stays. */
  take(block: Block, permit: Permit): void
  /** Takes blocks that nobody can give again: all or none of them. There only with a spool. */
  append?(blocks: readonly Block[], options: { signal: AbortSignal }): Promise<void>
  /** What was appended survives a power cut. There only with a spool. */
  secure?(): Promise<void>
  /** Somebody waits for the memory of what was taken. */
  hurry(): void
  /** Everything of the source is on its way or stored, and no more is expected. Resolves once nothing of it needs the memory. */
  forget(source: Source, options: { signal: AbortSignal }): Promise<void>
  /** Resolves once nothing is lost by a stop, and as much as can be is stored. */
  drain(options: { signal: AbortSignal }): Promise<void>
  /** False while something that was taken is in memory only, so that it would have to be read again. */
  readonly isSafe: boolean
  /** Makes what is acknowledged durable and hands it to the positions. Rejects when that could not be done. */
  commit(options: { signal: AbortSignal }): Promise<void>
  /** True when `commit` would have nothing to do. */
  readonly committed: boolean
  /** The positions were saved. */
  saved(): Promise<void>
  /** Gives back what the mode holds open. The sinks are not its own. */
  close(): Promise<void>
  checks(): Health['checks']
  /** Of each sink. */
  figures(): readonly SinkFigures[]
  /** Blocks in memory. */
  blocks(): Iterable<Block>
  /** Memory held beside what was taken with a permit, bytes. */
  readonly aheadBytes: number
}
