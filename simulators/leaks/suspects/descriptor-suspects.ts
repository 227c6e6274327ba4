import type { AddedDescriptor } from '../descriptors/descriptor-history.ts'
import type { Opening } from '../watches/resource-watch.ts'
import { socketNames } from '../descriptors/socket-names.ts'
import { counts, type Scene, type Suspect } from './suspect.ts'

/**
 * New descriptors that are not of a handle: files, directories, and what a native addon or a thread opened. What nobody was seen to open is reported too,
 * without a place.
 */
export function descriptorSuspects(scene: Scene, explained: ReadonlySet<number>): Suspect[] {
  const rest = (scene.descriptors ?? []).filter(({ number }) => !explained.has(number))
  const names = rest.length > 0 ? socketNames() : new Map<number, string>()
  const threads = scene.watch.resources.records(THREADS).length > 0
  const open = rest
    .filter(({ link }) => !(threads && OF_A_THREAD.test(link)))
    .map((descriptor) => ({ descriptor, opening: openingOf(scene, descriptor) }))
    .filter(({ opening }) => counts(scene, opening))
    .map(({ descriptor, opening }) => toSuspect(descriptor, opening, names))
  return [...open, ...closedAsGarbage(scene)]
}

function openingOf({ watch }: Scene, { number, inode, device, link, round }: AddedDescriptor): Opening {
  const opened = watch.opens.findFile(number, inode, device) ?? watch.opens.findDirectory(link)
  return opened ?? { path: null, owned: true, round }
}

function toSuspect(
  { number, link, inode }: AddedDescriptor,
  { path, round }: Opening,
  names: ReadonlyMap<number, string>,
): Suspect {
  const name = names.get(inode)
  const what = link.startsWith('/') ? link : link.replace(/:\[\d+\]$/, '')
  const address = name === undefined ? '' : `, ${name}`
  return { kind: 'descriptor', what, detail: `descriptor ${number}, ${link}${address}`, path, round }
}

function closedAsGarbage(scene: Scene): Suspect[] {
  return scene.watch.opens.closedAsGarbage
    .filter((opening) => counts(scene, opening))
    .map(({ path, round }) => ({
      kind: 'descriptor',
      what: 'file that only the garbage collector closed',
      detail: '',
      path,
      round,
    }))
}

const THREADS = new Set(['WORKER'])
/** What a worker's own event loop is made of. */
const OF_A_THREAD = /^(anon_inode|pipe|socket):/
