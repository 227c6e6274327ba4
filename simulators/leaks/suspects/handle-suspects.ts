import { ChildProcess } from 'node:child_process'
import { Server, Socket } from 'node:net'
import type { LeakKind } from '../leak.ts'
import { descriptorOf, handleOf, isPooled, ownerOf, requestOn } from '../watches/node-handle.ts'
import type { OpenDescriptor } from '../descriptors/open-descriptors.ts'
import type { AsyncRecord } from '../watches/resource-watch.ts'
import { socketNames } from '../descriptors/socket-names.ts'
import { counts, type Scene, type Suspect } from './suspect.ts'

export interface HandleSuspects {
  readonly suspects: Suspect[]
  /** Numbers of the new descriptors that belong to handles, whoever's they are. */
  readonly explained: ReadonlySet<number>
}

/** What Node holds a handle of the system for: connections, servers, datagram sockets, child processes, terminals. */
export function handleSuspects(scene: Scene): HandleSuspects {
  const explained = new Set<number>()
  const suspects: Suspect[] = []
  const records = scene.watch.resources.records(HANDLES)
  const ofChildren = new Set(records.flatMap(standardStreams))
  const names = records.length > 0 ? socketNames() : new Map<number, string>()
  for (const record of records) {
    const handle = record.resource.deref()
    if (handle === undefined) continue
    const number = descriptorOf(handle)
    const descriptor = scene.descriptors?.find((each) => each.number === number)
    // One that was open before, such as a standard stream that is used for the first time.
    if (number >= 0 && scene.descriptors !== null && descriptor === undefined) continue
    explained.add(number)
    if (!counts(scene, record) || ofChildren.has(handle) || isSparedPool(scene, handle)) continue
    const { path, round } = record
    const detail = detailOf(handle, descriptor, names)
    suspects.push({ kind: kindOf(record), what: whatOf(scene, record, handle), detail, path, round })
  }
  return { suspects, explained }
}

/** The ends of a running child's standard streams: they go when it does. */
function standardStreams({ type, resource }: AsyncRecord): object[] {
  const handle = type === 'PROCESSWRAP' ? resource.deref() : undefined
  const child = handle === undefined ? null : ownerOf(handle)
  if (!(child instanceof ChildProcess)) return []
  return child.stdio.flatMap((stream) => (stream instanceof Socket ? (handleOf(stream) ?? []) : []))
}

function isSparedPool({ options }: Scene, handle: object): boolean {
  const owner = ownerOf(handle)
  return options.idleConnections === 'ignore' && owner instanceof Socket && isPooled(owner, handle)
}

function kindOf({ type }: AsyncRecord): LeakKind {
  if (type === 'PROCESSWRAP') return 'child-process'
  if (type === 'TTYWRAP') return 'descriptor'
  return type.endsWith('SERVERWRAP') ? 'server' : 'socket'
}

function whatOf({ watch }: Scene, { type }: AsyncRecord, handle: object): string {
  const owner = ownerOf(handle)
  if (owner instanceof ChildProcess) return `child process ${owner.spawnargs.join(' ')}`
  if (type === 'UDPWRAP') return 'datagram socket'
  if (owner instanceof Server) return owner.constructor.name === 'Server' ? 'server' : owner.constructor.name
  if (owner === null) return type
  const address = watch.connects.addressOf(owner)
  if (address === null) return isAccepted(owner) ? 'accepted connection' : 'pipe'
  const request = requestOn(owner)
  return `connection to ${address}${request === null ? '' : `, ${request}`}`
}

function isAccepted(socket: object): boolean {
  return Reflect.get(socket, 'server') instanceof Server
}

function detailOf(
  handle: object,
  descriptor: OpenDescriptor | undefined,
  names: ReadonlyMap<number, string>,
): string {
  const owner = ownerOf(handle)
  if (owner instanceof ChildProcess) return `process ${owner.pid}`
  if (descriptor === undefined) return ''
  const name = names.get(descriptor.inode)
  return `descriptor ${descriptor.number}, ${descriptor.link}${name === undefined ? '' : `, ${name}`}`
}

const HANDLES = new Set([
  'TCPWRAP',
  'PIPEWRAP',
  'TCPSERVERWRAP',
  'PIPESERVERWRAP',
  'UDPWRAP',
  'TTYWRAP',
  'PROCESSWRAP',
])
