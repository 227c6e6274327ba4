import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { descriptorKind } from './process-probe.ts'

/** How many descriptors processes have open of each file, and to each place: `file /var/log/a.log`, `socket to 127.0.0.1:3100`. Empty where there is no /proc. */
export async function openDescriptors(pids: readonly number[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const pid of pids) {
    // oxlint-disable-next-line no-await-in-loop -- not all of a large tree at once
    for (const what of await descriptorsOf(pid)) counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  return counts
}

/** How many files in a directory, at any depth, processes have open; each counts once. Directories do not count. */
export async function openFilesBelow(directory: string, pids: readonly number[]): Promise<number> {
  const beginning = `file ${directory}/`
  const open = [...(await openDescriptors(pids)).keys()].filter((what) => what.startsWith(beginning))
  const kinds = await Promise.all(
    open.map((what) =>
      stat(what.slice('file '.length)).then(
        (entry) => entry.isFile(),
        () => false,
      ),
    ),
  )
  return kinds.filter(Boolean).length
}

async function descriptorsOf(pid: number): Promise<string[]> {
  const directory = `/proc/${pid}/fd`
  const names = await readdir(directory).catch(() => [])
  const [targets, places] = await Promise.all([
    Promise.all(names.map((name) => readlink(`${directory}/${name}`).catch(() => null))),
    socketPlaces(pid),
  ])
  return targets.filter((target) => target !== null).map((target) => describeTarget(target, places))
}

/** @param target of a link in /proc/PID/fd. @param places what is known of sockets, by inode */
export function describeTarget(target: string, places: ReadonlyMap<string, string>): string {
  const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
  if (inode !== undefined) return `socket ${places.get(inode) ?? 'of a kind that is not listed'}`
  const kind = descriptorKind(target)
  return target.startsWith('/') ? `${kind} ${target}` : kind
}

/** Where the sockets of a process's network lead, by inode. */
async function socketPlaces(pid: number): Promise<Map<string, string>> {
  const tables = await Promise.all(
    ['unix', 'tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')),
  )
  const [unix = '', ...tcp] = tables
  return new Map([...unixPlaces(unix), ...tcp.flatMap(tcpPlaces)])
}

/** Of /proc/net/unix. The end that connected has no path there. */
export function unixPlaces(table: string): [string, string][] {
  return rowsOf(table).map(([, , , , , , inode = '', path]) => [
    inode,
    path === undefined ? 'to a unix socket' : `at ${path}`,
  ])
}

/** Of /proc/net/tcp and tcp6. */
export function tcpPlaces(table: string): [string, string][] {
  return rowsOf(table).map(([, local = '', remote = '', state, , , , , , inode = '']) => [
    inode,
    state === LISTENS ? `that listens at ${addressOf(local)}` : `to ${addressOf(remote)}`,
  ])
}

function rowsOf(table: string): string[][] {
  return table
    .split('\n')
    .slice(1)
    .filter((row) => row.trim() !== '')
    .map((row) => row.trim().split(/\s+/))
}

/** `0100007F:1F90` is 127.0.0.1:8080: words of four bytes, each in the machine's order, which is little-endian where this runs. */
function addressOf(text: string): string {
  const [address = '', port = ''] = text.split(':')
  const last = address.slice(-8)
  const bytes = (last.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16))
  const isMapped = address.length === 8 || /^0{16}(?:0000FFFF|FFFF0000)/.test(address)
  const host = isMapped || /^0*$/.test(address) ? bytes.join('.') : `[${address.toLowerCase()}]`
  return `${host}:${Number.parseInt(port, 16)}`
}

const LISTENS = '0A'
