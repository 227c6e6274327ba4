import type { HealthCheck } from '../../http/health.ts'
import type { Trouble } from './circuit.ts'
import type { Lane } from './lane.ts'

export interface PipelineState {
  /** Of the monotonic clock, as all times here, milliseconds. */
  readonly nowMs: number
  readonly circuit: Trouble | null
  readonly lanes: readonly Pick<Lane, 'source' | 'failing' | 'state' | 'writingSinceMs'>[]
  /** Since when it has stored nothing of what it was given; null when it has stored all of it. */
  readonly progressMs: number | null
}

/** What is to be said of a sink: whether it takes everything, and if not what, since when and why. */
export function pipelineCheck({ nowMs, circuit, lanes, progressMs }: PipelineState): HealthCheck {
  const forSeconds = (sinceMs: number): string => `for ${Math.round((nowMs - sinceMs) / 1000)} s`
  if (circuit !== null && (circuit.refuses || nowMs - circuit.sinceMs >= FAILING_MS)) {
    const what = circuit.refuses ? 'refuses everything' : 'takes nothing'
    return { ok: false, detail: `${what} ${forSeconds(circuit.sinceMs)}: ${circuit.why}` }
  }
  const failing = lanes.filter((lane) => lane.failing !== null && nowMs - lane.failing.sinceMs >= FAILING_MS)
  if (failing.length > 0) {
    const [longest] = failing.toSorted((a, b) => a.failing!.sinceMs - b.failing!.sinceMs)
    const { sinceMs, why } = longest!.failing!
    return { ok: false, detail: `cannot store ${names(failing)} ${forSeconds(sinceMs)}: ${why}` }
  }
  if (progressMs !== null && nowMs - progressMs >= SILENT_MS) {
    return { ok: false, detail: `stored nothing of what it was given ${forSeconds(progressMs)}` }
  }
  const hung = lanes.filter((lane) => lane.state === 'writing' && nowMs - lane.writingSinceMs >= SILENT_MS)
  if (hung.length > 0) {
    const sinceMs = Math.min(...hung.map((lane) => lane.writingSinceMs))
    return { ok: false, detail: `does not answer for ${names(hung)} ${forSeconds(sinceMs)}` }
  }
  return { ok: true, detail: 'stores what it is given' }
}

function names(lanes: readonly Pick<Lane, 'source'>[]): string {
  const some = lanes.slice(0, NAMES_MAX).map((lane) => lane.source.name)
  const more = lanes.length - some.length
  return `${some.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** What fails for less than this is not worth a word. */
const FAILING_MS = 10_000
/** A sink that stores nothing for this long is not well. */
const SILENT_MS = 60_000
const NAMES_MAX = 3
