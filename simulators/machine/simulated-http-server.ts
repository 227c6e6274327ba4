import type {
  HttpReply,
  RouteRequest,
  HttpServer,
  ListenAddress,
  Listening,
  Route,
} from '../../reference/ports/index.ts'
import type { Host, MortalHost } from '../world/host.ts'

/** Serves routes inside the process: {@link request} calls them. A listener is an entry in the host's ledger until it is closed. */
export class SimulatedHttpServer implements HttpServer {
  readonly #host: Pick<Host, 'ledger'>
  readonly #listeners = new Map<string, readonly Route[]>()
  #nextPort = 40_000

  constructor(host: Pick<Host, 'ledger'>) {
    this.#host = host
  }

  async listen({ host, port }: ListenAddress, routes: readonly Route[]): Promise<Listening> {
    const address = { host, port: port === 0 ? this.#nextPort++ : port }
    const key = keyOf(address)
    if (this.#listeners.has(key)) throw new Error(`Cannot listen on ${key}: the address is in use`)
    this.#listeners.set(key, routes)
    const entry = this.#host.ledger.open('listener', `http://${key}`)
    return {
      address,
      close: async () => {
        if (this.#listeners.get(key) === routes) this.#listeners.delete(key)
        this.#host.ledger.close(entry)
      },
    }
  }

  /** The same server for a process: what it listens on is free again when it dies. */
  forProcess(process: MortalHost): HttpServer {
    return {
      listen: async (address, routes) => {
        if (!process.alive) return await NEVER
        const listening = await this.listen(address, routes)
        const life = process.onDeath(() => void listening.close())
        return {
          address: listening.address,
          close: async () => {
            life[Symbol.dispose]()
            await listening.close()
          },
        }
      },
    }
  }

  /**
   * Asks whoever listens there. A path nobody serves gets a 404.
   * @param headers their names in lower case
   * @throws Error when nobody listens
   */
  async request(
    address: ListenAddress,
    method: string,
    path: string,
    body?: unknown,
    headers: RouteRequest['headers'] = {},
  ): Promise<HttpReply> {
    const routes = this.#listeners.get(keyOf(address))
    if (routes === undefined) throw new Error(`connect ECONNREFUSED ${keyOf(address)}`)
    const route = routes.find((each) => each.method === method && each.path === path)
    if (route === undefined) return { status: 404, contentType: 'text/plain', body: 'Not found\n' }
    const refused = (await route.refuse?.({ headers })) ?? refuseBody(route, body)
    const reply = refused ?? (await route.handle({ headers, body }))
    return reply.stream === undefined ? reply : { ...reply, body: await textOf(reply.stream.pieces) }
  }
}

function refuseBody(route: Route, body: unknown): HttpReply | null {
  const { bodyBytesMax } = route
  if (bodyBytesMax === undefined || body === undefined) return null
  if (Buffer.byteLength(JSON.stringify(body)) <= bodyBytesMax) return null
  route.onBodyRefused?.(413)
  const error = `The body is larger than ${bodyBytesMax} bytes`
  return {
    status: 413,
    contentType: 'application/json; charset=utf-8',
    body: `${JSON.stringify({ error })}\n`,
  }
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all).toString()
}

function keyOf({ host, port }: ListenAddress): string {
  return `${host}:${port}`
}

const NEVER = new Promise<never>(() => {})
