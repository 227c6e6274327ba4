import { writevSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { SimulatedSinkServer, WHOLE_BODY, type SinkMachine } from '../../simulators/index.ts'

/** A place for subjects that send their output over HTTP: the body of every request is appended to a file, as a line. */
export interface SinkServer extends SinkMachine, AsyncDisposable {
  readonly url: string
}

/** Listens on a free port of the loopback interface. Disposing ends every connection at once. */
export async function startSinkServer(file: string): Promise<SinkServer> {
  await using opening = new AsyncDisposableStack()
  const output = opening.use(await open(file, 'a'))
  const server = opening.use(
    await SimulatedSinkServer.listen({
      listen: { port: 0 },
      format: WHOLE_BODY,
      onStored: (bodies) => void writevSync(output.fd, [...bodies, NEWLINE]),
    }),
  )
  const opened = opening.move()
  return { url: server.address, sink: server.sink, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

const NEWLINE = Buffer.from('\n')
