import { createServer, type Socket } from 'node:net'
import { listenAnywhere } from './listen-anywhere.ts'
import { SyslogFrames } from './syslog-frames.ts'

/** Takes syslog over TCP on the loopback interface. Disposing ends every connection at once. */
export interface SyslogServer extends AsyncDisposable {
  readonly port: number
}

/**
 * Listens on a free port. Syslog has no answers: who ships so does not learn what was taken. A connection on which something else comes is cut.
 * @param onMessages is told what has come, without a newline at its end
 */
export async function startSyslogServer(
  onMessages: (messages: readonly Buffer[]) => void,
): Promise<SyslogServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    receive(socket, onMessages)
  })
  const port = await listenAnywhere(server)
  return {
    port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function receive(socket: Socket, onMessages: (messages: readonly Buffer[]) => void): void {
  const frames = new SyslogFrames()
  socket.on('error', () => socket.destroy())
  socket.on('data', (bytes: Buffer) => {
    const messages: Buffer[] = []
    try {
      for (const message of frames.push(bytes)) messages.push(withoutNewline(message))
    } catch {
      socket.destroy()
    }
    if (messages.length > 0) onMessages(messages)
  })
}

/** Where it is counted a message may end in one. */
function withoutNewline(message: Buffer): Buffer {
  return message.at(-1) === NEWLINE ? message.subarray(0, -1) : message
}

const NEWLINE = 0x0a
