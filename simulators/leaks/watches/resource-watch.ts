import { AsyncLocalStorage, createHook, executionAsyncId, type AsyncHook } from 'node:async_hooks'
import { captureCallPath, type CallPath } from '../call-path.ts'
import { handleIn } from './node-handle.ts'

/** Where something was opened, by whom, and when. */
export interface Opening {
  /** Null when nothing on the way to it was seen. */
  readonly path: CallPath | null
  /** Whether the block, or what it called, opened it. */
  readonly owned: boolean
  /** In which round of the block. */
  readonly round: number
}

/** Something asynchronous that Node made and did not destroy yet: a handle, a request, a timer, a promise. */
export interface AsyncRecord extends Opening {
  readonly id: number
  /** Node's name of the kind: `TCPWRAP`, `Timeout`, `PROMISE`. */
  readonly type: string
  readonly resource: WeakRef<object>
  /** Who was on the stack besides Node. Without the caller the path is that of what called back. */
  readonly madeBy: 'caller' | 'library' | 'node'
  /** What it came from: of a promise of `then` or `await`, the one that was awaited. */
  readonly triggerId: number
  /** Whether a promise comes from another one, by `then` or `await`. */
  readonly derived: boolean
  settled: boolean
}

/**
 * Everything asynchronous that is made while it watches, with the place it was made at. What the block makes is told from what others make by the
 * asynchronous context that Node carries along callbacks and promises.
 *
 * A place is looked for on the stack; where there is only Node and libraries on it, it is that of what called back.
 */
export class ResourceWatch implements Disposable {
  round = 0
  readonly #context = new AsyncLocalStorage<ResourceWatch>()
  readonly #records = new Map<number, AsyncRecord>()
  readonly #hook: AsyncHook
  readonly #onOpen: ((...args: never[]) => void) | undefined

  constructor() {
    const init = this.#init.bind(this)
    this.#onOpen = init
    this.#hook = createHook({
      init,
      destroy: (id) => void this.#records.delete(id),
      promiseResolve: (id) => {
        const record = this.#records.get(id)
        if (record !== undefined) record.settled = true
      },
    }).enable()
  }

  /** Runs the block: what it opens is its own. */
  run(block: () => unknown): unknown {
    return this.#context.run(this, block)
  }

  /** What was made of these types and not destroyed, oldest first. */
  records(types: ReadonlySet<string>): AsyncRecord[] {
    return [...this.#records.values()].filter(({ type }) => types.has(type))
  }

  /** For who sees an opening that is not asynchronous: where and whose it is. */
  opening(below: (...args: never[]) => unknown): Opening {
    const own = captureCallPath(below)
    const cause = this.#records.get(executionAsyncId())
    return { path: pathOf(own, cause), owned: this.#context.getStore() === this, round: this.round }
  }

  [Symbol.dispose](): void {
    this.#hook.disable()
    this.#context.disable()
    this.#records.clear()
  }

  #init(id: number, type: string, triggerId: number, resource: object): void {
    const own = captureCallPath(this.#onOpen!)
    if (own === null) return
    const executionId = executionAsyncId()
    const cause = this.#records.get(executionId) ?? this.#records.get(triggerId)
    this.#records.set(id, {
      id,
      type,
      triggerId,
      resource: new WeakRef(handleIn(resource)),
      path: pathOf(own, cause),
      madeBy: own.frames.length > 0 ? 'caller' : own.library === null ? 'node' : 'library',
      derived: type === 'PROMISE' && triggerId !== executionId,
      owned: this.#context.getStore() === this || this.#isAccepted(type, triggerId),
      round: this.round,
      settled: false,
    })
  }

  /** Node accepts connections outside of any context; they are whose the server is. */
  #isAccepted(type: string, triggerId: number): boolean {
    return CONNECTIONS.has(type) && (this.#records.get(triggerId)?.owned ?? false)
  }
}

const CONNECTIONS = new Set(['TCPWRAP', 'PIPEWRAP'])

function pathOf(own: CallPath | null, cause: AsyncRecord | undefined): CallPath | null {
  if (own !== null && own.frames.length > 0) return own
  if (cause?.path) return { ...cause.path, through: own?.through ?? cause.path.through }
  return own?.library ? own : null
}
