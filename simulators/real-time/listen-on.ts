import { once } from 'node:events'
import { unlinkSync } from 'node:fs'
import { connect, type Server } from 'node:net'

/** A unix socket, or a port of the loopback interface (0 for any that is free). */
export type ListenAddress = { readonly socketPath: string } | { readonly port: number }

/** Resolves once the server listens. A socket file that nobody listens on any more is replaced. @throws Error of the system, such as EADDRINUSE */
export async function listenOn(server: Server, address: ListenAddress): Promise<void> {
  if ('port' in address) return await listen(server, { port: address.port, host: '127.0.0.1' })
  const target = { path: address.socketPath }
  try {
    await listen(server, target)
  } catch (error) {
    if (!isAddressInUse(error) || (await somebodyListens(target.path))) throw error
    unlinkSync(target.path)
    await listen(server, target)
  }
}

/** Where it listens: the address that was asked for, with the port that was found free. */
export function boundAddress(server: Server, asked: ListenAddress): ListenAddress {
  const bound = server.address()
  return bound === null || typeof bound === 'string' ? asked : { port: bound.port }
}

async function listen(
  server: Server,
  target: { path: string } | { port: number; host: string },
): Promise<void> {
  server.listen(target)
  await once(server, 'listening')
}

async function somebodyListens(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
