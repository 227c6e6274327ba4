import { writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { SimulatedSinkServer, type SinkMachine } from '../../simulators/index.ts'
import { ANY_KIND } from './sink-kinds.ts'

/** A place for subjects that send their output over HTTP: pushes to Loki, exports of OTLP, or any body. Each entry is appended to a file, as a line. */
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
      format: ANY_KIND,
      onStored: (entries) => writeLines(output.fd, entries),
    }),
  )
  const opened = opening.move()
  return { url: server.address, sink: server.sink, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

function writeLines(fd: number, entries: readonly Uint8Array[]): void {
  writeFileSync(fd, Buffer.concat(entries.flatMap((entry) => [entry, NEWLINE])))
}

const NEWLINE = Buffer.from('\n')
