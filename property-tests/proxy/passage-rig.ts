import type { AnswerEnd, Outlet } from '../../simulators/proxy/passage.ts'
import { ProxiedEngine } from '../../simulators/proxy/proxied-engine.ts'
import { ReplyPassage } from '../../simulators/proxy/reply-passage.ts'
import { World } from '../../simulators/world.ts'
import type { BodyKind } from '../../simulators/proxy/http/body-kind.ts'

/** The way of one log through a proxy, in virtual time. */
export class PassageRig implements Outlet {
  readonly world: World = new World({ seed: 1 })
  readonly engine: ProxiedEngine
  readonly passage: ReplyPassage
  /** How it ended for the client; null while it goes on. */
  ended: AnswerEnd | null = null
  /** Whether the client takes nothing. */
  isHeld = false
  readonly #sent: Uint8Array[] = []
  #sentBytes = 0

  constructor(body: BodyKind = { kind: 'chunked' }, framed = true) {
    this.engine = new ProxiedEngine(this.world.engine.host, { find: () => undefined })
    const { wire, reply } = this.engine.openLog({ id: '1234', name: 'web' }, { framed, follow: true })
    this.passage = new ReplyPassage(HEAD, body, wire, reply, this)
  }

  /** Everything the client got, the head included. */
  get sent(): Buffer {
    return Buffer.concat(this.#sent)
  }

  /** What it got of the body. */
  get body(): Buffer {
    return this.sent.subarray(HEAD.length)
  }

  /** Bytes it got of the body. */
  get sentBytes(): number {
    return this.#sentBytes - HEAD.length
  }

  send(bytes: Uint8Array): void {
    this.#sentBytes += bytes.length
    this.#sent.push(bytes)
  }

  end(how: AnswerEnd): void {
    if (this.ended !== null) throw new Error(`It has ended twice: ${this.ended}, ${how}`)
    this.ended = how
  }
}

const HEAD: Buffer = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
