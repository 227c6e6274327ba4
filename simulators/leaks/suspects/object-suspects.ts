import type { LeakKind } from '../leak.ts'
import type { AsyncRecord } from '../watches/resource-watch.ts'
import { counts, type Scene, type Suspect } from './suspect.ts'

/** Handles without a descriptor of their own, and calls that were not answered. */
export function objectSuspects(scene: Scene): Suspect[] {
  return scene.watch.resources.records(new Set(Object.keys(KINDS))).flatMap((record) => {
    if (record.resource.deref() === undefined || !counts(scene, record) || isPartOfWorker(record)) return []
    const [kind, what] = KINDS[record.type]!
    return [{ kind, what, detail: '', path: record.path, round: record.round }]
  })
}

/** A worker has ports of its own to its parent. */
function isPartOfWorker({ type, path }: AsyncRecord): boolean {
  return type === 'MESSAGEPORT' && path?.through === 'node:internal/worker'
}

const KINDS: Readonly<Record<string, readonly [LeakKind, string]>> = {
  FSEVENTWRAP: ['watcher', 'fs.watch'],
  STATWATCHER: ['watcher', 'fs.watchFile'],
  WORKER: ['worker', 'worker thread'],
  MESSAGEPORT: ['message-port', 'message port'],
  FSREQCALLBACK: ['request', 'call of the file system'],
  FSREQPROMISE: ['request', 'call of the file system'],
  GETADDRINFOREQWRAP: ['request', 'lookup of a host name'],
  GETNAMEINFOREQWRAP: ['request', 'lookup of an address'],
  QUERYWRAP: ['request', 'DNS query'],
}
