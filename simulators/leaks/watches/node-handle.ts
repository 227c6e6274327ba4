import type { Socket } from 'node:net'

/** What Node keeps a handle of the system in; undocumented, and the same since Node 10. */
interface NodeHandle {
  readonly fd?: number
  readonly pid?: number
  hasRef?(): boolean
}

/** The descriptor of a handle, or -1 while it has none. */
export function descriptorOf(handle: NodeHandle): number {
  return typeof handle.fd === 'number' ? handle.fd : -1
}

/** The handle that an asynchronous resource stands for: one that a pool uses again for the next request comes wrapped. */
export function handleIn(resource: object): object {
  const handle: unknown =
    resource.constructor?.name === 'ReusedHandle' ? Reflect.get(resource, 'handle') : null
  return typeof handle === 'object' && handle !== null ? handle : resource
}

/** The `net.Socket`, `net.Server`, `ChildProcess` of a handle, if it has one. */
export function ownerOf(handle: object): object | null {
  const key = Object.getOwnPropertySymbols(handle).find(({ description }) => description === 'owner_symbol')
  const owner: unknown = key === undefined ? null : Reflect.get(handle, key)
  return typeof owner === 'object' ? owner : null
}

/** Whether a timer or a handle keeps the process alive; what cannot say so is taken to. */
export function keepsAlive(handle: NodeHandle): boolean {
  return handle.hasRef?.() ?? true
}

/** The handle of a socket; null once it is closed. */
export function handleOf(socket: object): object | null {
  const handle: unknown = Reflect.get(socket, '_handle')
  return typeof handle === 'object' ? handle : null
}

/** `GET /path` of the request that a client's socket is used for, without the query. */
export function requestOn(socket: object): string | null {
  const message: { method?: string; path?: string } | null | undefined = Reflect.get(socket, '_httpMessage')
  return message?.method === undefined ? null : `${message.method} ${message.path?.split('?', 1)[0] ?? ''}`
}

/**
 * Whether a connection rests in the pool of an `http.Agent`, which marks its sockets by a listener, or of undici (fetch), which does by symbols. Pools let a
 * connection at rest not keep the process alive.
 */
export function isPooled(socket: Socket, handle: NodeHandle): boolean {
  if (keepsAlive(handle) || requestOn(socket) !== null) return false
  const ofUndici = Object.getOwnPropertySymbols(socket).some(({ description }) => description === 'no ref')
  return ofUndici || socket.listenerCount('agentRemove') > 0
}
