import type { Component } from '../lifecycle/component.ts'
import { withDeadline } from '../lifecycle/deadline.ts'
import type { Scope } from '../lifecycle/scope.ts'
import type { StopStep } from '../lifecycle/stop-sequence.ts'
import type { Clock } from '../ports/clock.ts'
import type {
  HttpServer,
  ListenAddress,
  Listening,
  ListenOptions,
  NewTls,
  Route,
} from '../ports/http-server.ts'
import type { Health } from './health.ts'

export interface ListenersOptions {
  readonly clock: Clock
  readonly http: HttpServer
  readonly listeners: readonly (ListenAddress & {
    readonly enabled: boolean
    readonly routes: readonly Route[]
    readonly options?: ListenOptions
    /** Whether it may be served as it is configured: rejects with a sentence that says why not. */
    readonly check?: () => Promise<void>
  })[]
}

/** Serves the metrics and the API, from before anything else is started until everything else has ended. */
export class Listeners implements Component {
  readonly name = 'listeners'
  readonly #options: ListenersOptions
  readonly #listening: Listening[] = []

  constructor(options: ListenersOptions) {
    this.#options = options
  }

  async start(_scope: Scope, signal: AbortSignal): Promise<void> {
    const { clock, http, listeners } = this.#options
    for (const { enabled, routes, options, check, host, port } of listeners) {
      if (!enabled) continue
      const checking = (): Promise<void> => check?.() ?? Promise.resolve()
      // eslint-disable-next-line no-await-in-loop -- the first that fails ends it
      await withDeadline(clock, `what ${host}:${port} needs`, LISTEN_DEADLINE_MS, signal, checking)
      const listen = (): Promise<Listening> => http.listen({ host, port }, routes, options)
      const what = `listening on ${host}:${port}`
      // eslint-disable-next-line no-await-in-loop -- the first that fails ends it
      this.#listening.push(await withDeadline(clock, what, LISTEN_DEADLINE_MS, signal, listen, closeLate))
    }
  }

  /** Reads the files of TLS again; null where they hold what is shown already. Rejects with a sentence naming the file that is no good. */
  async readTls(signal: AbortSignal): Promise<NewTls | null> {
    const { clock } = this.#options
    const reading = async (): Promise<(NewTls | null)[]> =>
      await Promise.all(this.#listening.map(async (server) => (await server.readTls?.()) ?? null))
    const read = await withDeadline(clock, 'reading the files of TLS', READ_TLS_MS, signal, reading)
    const others = read.filter((tls) => tls !== null)
    return others.length === 0 ? null : { show: () => others.forEach((tls) => tls.show()) }
  }

  stopSteps(): readonly StopStep[] {
    return this.#listening.map((server): StopStep => ({
      name: 'listener',
      atMostMs: 1000,
      reservedMs: 100,
      run: async () => {
        this.#listening.splice(this.#listening.indexOf(server), 1)
        await server.close()
      },
    }))
  }

  checks(): Health['checks'] {
    return {}
  }
}

function closeLate(late: Listening): void {
  late.close().catch(() => {})
}

const LISTEN_DEADLINE_MS = 10_000
const READ_TLS_MS = 10_000
