import type { BodyKind } from './http/body-kind.ts'
import { BodyScanner } from './http/body-scanner.ts'
import type { AnswerEnd, Outlet, Passage } from './passage.ts'

/** The way of an answer with which nothing can be wrong. What passes is looked at for its end only. */
export class PlainPassage implements Passage {
  readonly isFull = false
  readonly hangsOnClose = false
  readonly #scanner: BodyScanner
  readonly #outlet: Outlet
  readonly #isRest: boolean
  #over = false

  constructor(body: BodyKind, outlet: Outlet) {
    this.#scanner = new BodyScanner(body)
    this.#isRest = body.kind === 'rest'
    this.#outlet = outlet
  }

  push(bytes: Buffer): void {
    if (this.#over) return
    if (bytes.length > 0) this.#outlet.send(bytes)
    if (!this.#isRest) this.#scan(bytes)
    this.pump()
  }

  engineGone(how: 'cut' | 'broken'): void {
    if (!this.#over) this.#finish(how)
  }

  pump(): void {
    if (!this.#over && this.#scanner.over) this.#finish('complete')
  }

  clientGone(): void {
    if (!this.#over) this.#finish('broken')
  }

  #scan(bytes: Buffer): void {
    const scanner = this.#scanner
    for (let at = scanner.skipFraming(bytes, 0); at < bytes.length && !scanner.over;) {
      const passed = Math.min(scanner.left, bytes.length - at)
      scanner.pass(passed)
      at = scanner.skipFraming(bytes, at + passed)
    }
  }

  #finish(how: AnswerEnd): void {
    this.#over = true
    this.#outlet.end(how, this.#scanner.over)
  }
}
