import { isDeepStrictEqual } from 'node:util'
import * as registry from '../sinks/registry.ts'
import type { CollectorConfig } from './config.ts'
import { describeKeys, type KeyDescription } from './documents/key-description.ts'
import { isRecord } from './environment.ts'
import { keyOf } from './values.ts'

/** A key that two configurations differ in. */
export interface ChangedKey {
  /** As in the file, such as `container_monitor.filters`. */
  readonly key: string
  /** Whether a collector that runs cannot take it up. */
  readonly needsRestart: boolean
}

/** Made when first asked for: it takes some milliseconds. */
let known: readonly KeyDescription[] | undefined

/** The keys that differ, in the order of the schema. What is no key of the file, such as the port of `listen`, is told as the section it is in. */
export function changedKeys(before: CollectorConfig, after: CollectorConfig): ChangedKey[] {
  known ??= describeKeys()
  const keys = new Map<string, ChangedKey>()
  for (const change of difference(before, after, { keys: known, path: [], needsRestart: false }))
    if (!keys.has(change.key)) keys.set(change.key, change)
  return [...keys.values()]
}

/** A section whose keys are compared. */
interface Compared {
  readonly keys: readonly KeyDescription[]
  readonly path: readonly string[]
  readonly needsRestart: boolean
}

function difference(before: object, after: object, { keys, path, needsRestart }: Compared): ChangedKey[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) => {
    const values = [valueIn(before, name), valueIn(after, name)] as const
    if (isDeepStrictEqual(...values)) return []
    const own = path.length === 1 && path[0] === 'sinks' ? sinkName(name) : keyOf(name)
    const described = keys.find(({ key }) => key === own)
    if (described === undefined) return [{ key: path.join('.'), needsRestart }]
    const inner = {
      keys: described.keys ?? [],
      path: [...path, own],
      needsRestart: needsRestart || described.needsRestart,
    }
    const [one, other] = values
    if (described.keys !== null && isRecord(one) && isRecord(other)) return difference(one, other, inner)
    return [{ key: inner.path.join('.'), needsRestart: inner.needsRestart }]
  })
}

function valueIn(section: object, name: string): unknown {
  return Object.entries(section).find(([key]) => key === name)?.[1]
}

function sinkName(section: string): string {
  return Object.entries(registry).find(([key]) => key === section)?.[1].name ?? section
}
