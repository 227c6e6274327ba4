import type { DispatcherConfig } from '../../config/config.ts'
import type { Source, SourcePosition } from '../block.ts'
import type { PositionStore } from '../positions/position-store.ts'
import type { PipelineContext } from '../pipeline/sink-pipeline.ts'
import type { Sink } from '../sink.ts'
import { compareOffsets, Spool, type SpoolOffset } from './spool.ts'
import { segmentBytesOf } from './segment-bytes.ts'
import { SpooledDelivery } from './spooled-delivery.ts'

export interface SpoolOpening extends PipelineContext {
  readonly directory: string
  readonly config: DispatcherConfig
  readonly sinks: readonly Sink[]
  readonly positions: PositionStore
  /** Whether it stays, also when no sink needs it. */
  readonly isKept: boolean
  readonly parse: (kind: Source['kind'], json: unknown) => SourcePosition
}

/**
 * One sink that is always there needs none: it takes what is read at once, or reading waits for it. It is given one all the same while the spool may hold
 * something for it, or for a sink that may be switched on again.
 */
export function spoolIsNeeded(sinks: readonly Sink[], positions: PositionStore): boolean {
  const [sink, ...others] = sinks
  if (sink === undefined || others.length > 0 || sink.limits.writeDeadlineMs !== null) return true
  return positions.sinksSwitchedOff().length > 0 || positions.sink(sink.name).spool !== undefined
}

/**
 * Opens the spool and everything behind it. Null when it turns out that it is not needed any more: the only sink has everything that is in it.
 * Sinks without a place in it begin at its end.
 */
export async function openSpool(options: SpoolOpening, signal: AbortSignal): Promise<SpooledDelivery | null> {
  const { config, isKept, metrics, parse, positions, sinks } = options
  const { bytesMax } = config.spool
  const spool = new Spool({
    ...options,
    bytesMax,
    segmentBytes: segmentBytesOf(bytesMax),
  })
  const committed = furthest(positions.sinkNames().map((name) => positions.sink(name).spool))
  const { end, positions: recovered } = await spool.open(committed)
  try {
    signal.throwIfAborted()
    if (!isKept && sinks.length === 1 && isOver(sinks[0]!, end, positions) && recovered.size === 0) {
      await spool.close()
      return null
    }
    for (const name of [...sinks.map((sink) => sink.name), ...positions.sinksSwitchedOff()]) {
      const place = positions.sink(name).spool
      if (place === undefined || compareOffsets(place, end) > 0) positions.setSpool(name, end)
    }
    // The positions must be on disk together with the places: no later start looks for them before the furthest place. And the places before anything is
    // appended: after a crash a sink without one would begin at the end.
    await spool.sync()
    const wasCut = committed !== null && compareOffsets(end, committed) < 0
    for (const [source, json] of recovered) {
      const position = parse(source.kind, json)
      if (!wasCut && position.records < (positions.resume(source.id)?.records ?? 0)) continue
      positions.delivered(source, position)
      positions.advance(source, position)
    }
    await positions.save(positions.snapshot())
    signal.throwIfAborted()
    metrics.mirrorSpoolBytes(() => spool.bytes)
    return new SpooledDelivery({
      ...options,
      spool,
    })
  } catch (error) {
    await spool.close()
    throw error
  }
}

/** Whether the sink has everything, needs no spool, and nobody else has anything in it. */
function isOver(sink: Sink, end: SpoolOffset, positions: PositionStore): boolean {
  if (sink.limits.writeDeadlineMs !== null || positions.sinksSwitchedOff().length > 0) return false
  const place = positions.sink(sink.name).spool
  return place !== undefined && compareOffsets(place, end) >= 0
}

function furthest(offsets: readonly (SpoolOffset | undefined)[]): SpoolOffset | null {
  let last: SpoolOffset | null = null
  for (const offset of offsets)
    if (offset !== undefined && (last === null || compareOffsets(offset, last) > 0)) last = offset
  return last
}
