import { writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { SimulatedSinkServer, type SinkMachine } from '../../simulators/index.ts'
import { startNatsSink } from './nats-sink.ts'
import { ANY_KIND } from './sink-kinds.ts'
import { startSyslogServer } from './syslog-server.ts'

/** A place for subjects that send their output over HTTP, as pushes to Loki, exports of OTLP, or any body, as syslog, or to NATS. Each entry is appended to a file, as a line. */
export interface SinkServer extends SinkMachine, AsyncDisposable {
  readonly url: string
  /** Takes syslog over TCP, on the loopback interface. Faults of the sink are not for it. */
  readonly syslogPort: number
  /**
   * A NATS server that takes what is published under `logs.`, started when it is first asked for. Faults of the sink are not for it.
   * @throws UsageError where there is none
   */
  natsUrl(): Promise<string>
}

/** Listens on free ports of the loopback interface. Disposing ends every connection at once. */
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
  const syslog = opening.use(await startSyslogServer((messages) => writeLines(output.fd, messages)))
  let nats: Promise<string> | undefined
  const startNats = async (): Promise<string> => {
    const { url } = opened.use(await startNatsSink((messages) => writeLines(output.fd, messages)))
    return url
  }
  const opened = opening.move()
  return {
    url: server.address,
    syslogPort: syslog.port,
    sink: server.sink,
    natsUrl: () => (nats ??= startNats()),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function writeLines(fd: number, entries: readonly Uint8Array[]): void {
  writeFileSync(fd, Buffer.concat(entries.flatMap((entry) => [entry, NEWLINE])))
}

const NEWLINE = Buffer.from('\n')
