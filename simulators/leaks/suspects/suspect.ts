import type { BlockWatch } from '../watches/block-watch.ts'
import type { CallPath } from '../call-path.ts'
import type { CompleteLeakOptions } from '../leak-options.ts'
import type { FoundLeak, LeakKind } from '../leak.ts'
import type { AddedDescriptor } from '../descriptors/descriptor-history.ts'
import { originalPosition } from '../original-position.ts'
import type { Opening } from '../watches/resource-watch.ts'

/** Something that is open now. Whether it is a leak is known when it does not go. */
export interface Suspect {
  readonly kind: LeakKind
  readonly what: string
  readonly detail: string
  readonly path: CallPath | null
  readonly round: number
}

/** What suspects are found in. */
export interface Scene {
  readonly watch: BlockWatch
  readonly options: CompleteLeakOptions
  /** Descriptors that were not open before; null where the system does not list them. */
  readonly descriptors: readonly AddedDescriptor[] | null
}

/** Whether it is the concern of who asks. */
export function counts({ options }: Scene, { owned, path }: Opening): boolean {
  return owned || (options.scope === 'process' && path !== null && path.frames.length > 0)
}

export function toFoundLeak({ kind, what, detail, path, round }: Suspect): FoundLeak {
  const library = path?.library === null || path === null ? [] : [path.library]
  const frames = path === null || path.frames.length === 0 ? library : path.frames
  return { kind, what, detail, round, openedBy: frames.map(originalPosition) }
}
