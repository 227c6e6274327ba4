import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { listenAnywhere } from './listen-anywhere.ts'

/** A place for subjects that send their output over HTTP: the body of every request is appended to a file, as a line. */
export interface SinkServer extends AsyncDisposable {
  readonly url: string
}

/** Listens on a free port of the loopback interface. Disposing ends every connection at once. */
export async function startSinkServer(file: string): Promise<SinkServer> {
  const output = await open(file, 'a')
  const server = createServer((request, reply) => {
    buffer(request)
      .then((body) => output.appendFile(Buffer.concat([body, NEWLINE])))
      .then(
        () => reply.writeHead(204).end(),
        () => reply.destroy(),
      )
  })
  const port = await listenAnywhere(server)
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await output.close()
    },
  }
}

const NEWLINE = Buffer.from('\n')
