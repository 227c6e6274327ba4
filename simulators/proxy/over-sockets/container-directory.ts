import { request } from 'node:http'
import type { Socket } from 'node:net'
import { json } from 'node:stream/consumers'
import { isNamed } from '../../wire/container-identity.ts'
import type { KnownContainer } from '../known-container.ts'
import { dial, type EngineAddress } from './engine-address.ts'

/** The containers whose logs were asked for. What a reference means is asked of the engine itself, over connections of its own. */
export class ContainerDirectory {
  readonly #engine: EngineAddress
  readonly #nameOf: (name: string) => string
  readonly #known = new Map<string, KnownContainer>()

  /** @param nameOf how a container of this name is called in orders */
  constructor(engine: EngineAddress, nameOf: (name: string) => string) {
    this.#engine = engine
    this.#nameOf = nameOf
  }

  /** Of those that are known already; the one that was met last. */
  find(reference: string): KnownContainer | undefined {
    return [...this.#known.values()].findLast((container) => isNamed(reference, container))
  }

  /**
   * Which container a request names: null where the engine does not say. One that is named by its whole id is asked for once, and keeps the name it had then.
   */
  async identify(reference: string): Promise<KnownContainer | null> {
    const known = this.#known.get(reference)
    if (known !== undefined) return known
    const container = await this.#ask(reference).catch(() => null)
    if (container !== null) this.#remember(container)
    return container
  }

  async #ask(reference: string): Promise<KnownContainer | null> {
    const { promise, resolve, reject } = Promise.withResolvers<KnownContainer | null>()
    const path = `/containers/${encodeURIComponent(reference)}/json`
    const createConnection = (): Socket => dial(this.#engine)
    request({ createConnection, path, signal: AbortSignal.timeout(ASK_MS) }, (response) => {
      json(response).then((body) => resolve(this.#containerIn(body)), reject)
    })
      .on('error', reject)
      .end()
    return await promise
  }

  #containerIn(body: unknown): KnownContainer | null {
    const { Id: id, Name: name, Config: config }: Inspection = Object(body)
    if (typeof id !== 'string' || typeof name !== 'string') return null
    return { id, name: this.#nameOf(name.replace(/^\//, '')), tty: Object(config).Tty === true }
  }

  #remember(container: KnownContainer): void {
    this.#known.delete(container.id)
    this.#known.set(container.id, container)
    if (this.#known.size <= KNOWN_MAX) return
    for (const oldest of this.#known.keys()) return void this.#known.delete(oldest)
  }
}

interface Inspection {
  readonly Id?: unknown
  readonly Name?: unknown
  readonly Config?: unknown
}

/** An engine that takes longer for an inspection has other troubles. */
const ASK_MS = 5000
const KNOWN_MAX = 4096
