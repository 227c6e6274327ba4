import { once } from 'node:events'
import http from 'node:http'
import net, { type ListenOptions, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A server that accepts connections and says nothing, until the test is over. Gives its port, 0 on a unix socket. */
export async function listenSilently(where: ListenOptions = { port: 0, host: '127.0.0.1' }): Promise<number> {
  const sockets: Socket[] = []
  const server = net.createServer((socket) => void sockets.push(socket)).listen(where)
  await once(server, 'listening')
  onTestFinished(() => {
    sockets.forEach((socket) => socket.destroy())
    server.close()
  })
  return portOf(server)
}

/** A server that answers, until the test is over. Gives its port. */
export async function listenHttp(answer: http.RequestListener): Promise<number> {
  const server = http.createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return portOf(server)
}

export function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
