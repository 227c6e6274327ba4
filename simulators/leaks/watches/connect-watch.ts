import net from 'node:net'
import { ReplacedMethods } from './replaced-methods.ts'

/** Remembers where sockets were told to connect to: of a unix socket's client nothing else knows the path. */
export class ConnectWatch implements Disposable {
  readonly #addresses = new WeakMap<object, string>()
  readonly #methods = new ReplacedMethods()

  constructor() {
    const addresses = this.#addresses
    this.#methods.replace(net.Socket.prototype, 'connect', (original) => {
      return function connect(...args) {
        if (this instanceof net.Socket) addresses.set(this, addressIn(args))
        return Reflect.apply(original, this, args)
      }
    })
  }

  /** `unix:/path` or `host:port`; null for what was accepted, or connected before. */
  addressOf(socket: object): string | null {
    return this.#addresses.get(socket) ?? null
  }

  [Symbol.dispose](): void {
    this.#methods[Symbol.dispose]()
  }
}

/** `connect` takes a path, a port and a host, or options; `net.connect` passes a list of these on. */
function addressIn(args: readonly unknown[]): string {
  const [first, second] = args
  if (Array.isArray(first)) return addressIn(first)
  if (typeof first === 'object' && first !== null) {
    const { path, host, port }: { path?: unknown; host?: unknown; port?: unknown } = first
    return typeof path === 'string' ? `unix:${path}` : hostAndPort(host, port)
  }
  return typeof first === 'string' && !/^\d+$/.test(first) ? `unix:${first}` : hostAndPort(second, first)
}

function hostAndPort(host: unknown, port: unknown): string {
  return `${typeof host === 'string' ? host : 'localhost'}:${String(port)}`
}
