import { randomBytes } from 'node:crypto'
import type { Answer } from './answer.ts'
import type { ContainerSpec, ContractArm, VerbOptions } from './arm.ts'
import { GATE_SIGNAL, type Program } from './program.ts'

/** Marks the containers of one case, so that it can ask for its own. */
export const SCOPE_LABEL = 'watertight.contract'

/**
 * Where one case takes place: its containers, whose names begin with a word of its own, are gone when it is disposed. Observations are compared
 * without that word, so a case speaks of `web`.
 */
export class Stage implements AsyncDisposable {
  readonly arm: ContractArm
  /** What every name of this case begins with. */
  readonly scope: string
  readonly #names = new Set<string>()
  readonly #patienceMs: number

  /** @param patienceMs how long it waits for anything */
  constructor(arm: ContractArm, patienceMs: number) {
    this.arm = arm
    this.#patienceMs = patienceMs
    this.scope = `ct${randomBytes(4).toString('hex')}-`
  }

  /** The case's own containers, as the filter of a list or of events. */
  get own(): { label: string[] } {
    return { label: [`${SCOPE_LABEL}=${this.scope}`] }
  }

  name(short: string): string {
    return this.scope + short
  }

  /** @returns the name. @throws Error when the engine refuses */
  async create(spec: ContainerSpec = {}, short = 'web'): Promise<string> {
    const name = this.name(short)
    this.#names.add(name)
    const labels = { ...spec.labels, [SCOPE_LABEL]: this.scope }
    expectDone(await this.arm.create(name, { ...spec, labels }), `create ${name}`)
    return name
  }

  /** Creates a container and starts it. */
  async start(program: Program = [], spec: ContainerSpec = {}, short = 'web'): Promise<string> {
    const name = await this.create({ ...spec, program }, short)
    await this.do('start', name)
    return name
  }

  /** Creates a container, starts it, and waits until its program has ended. */
  async ran(program: Program, spec: ContainerSpec = {}, short = 'web'): Promise<string> {
    const name = await this.start(program, spec, short)
    await this.do('wait', name)
    return name
  }

  /** @throws Error when the engine refuses */
  async do(verb: Parameters<ContractArm['act']>[0], reference: string, options?: VerbOptions): Promise<void> {
    expectDone(await this.arm.act(verb, reference, options), `${verb} ${reference}`)
  }

  /** Renamed behind the stage's back, or made otherwise: to be removed all the same. */
  adopt(short: string): void {
    this.#names.add(this.name(short))
  }

  async openGate(reference: string): Promise<void> {
    await this.do('kill', reference, { signal: GATE_SIGNAL })
  }

  /** Until a container has stored so many messages. */
  async stored(reference: string, messages: number): Promise<void> {
    await this.until(
      `${messages} messages of ${reference}`,
      async () => (await this.arm.stamps(reference)).length >= messages,
    )
  }

  /** @throws Error when it does not come true */
  async until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
    for (let waitedMs = 0; waitedMs < this.#patienceMs; waitedMs += TURN_MS) {
      // oxlint-disable-next-line no-await-in-loop -- asked again and again
      if (await isTrue()) return
      // oxlint-disable-next-line no-await-in-loop
      await this.arm.sleep(TURN_MS)
    }
    throw new Error(`Waited in vain for ${what}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#names].map((name) => this.arm.act('remove', name, { force: true })))
  }
}

function expectDone({ status, words }: Answer, what: string): void {
  if (words !== '') throw new Error(`Cannot ${what}: ${status} ${words}`)
}

const TURN_MS = 20
