import { EventEmitter, getEventListeners } from 'node:events'
import { MessagePort } from 'node:worker_threads'
import { ReplacedMethods, type Method } from './replaced-methods.ts'
import type { Opening, ResourceWatch } from './resource-watch.ts'

type Target = EventEmitter | EventTarget
type EventName = string | symbol

/** A listener that was added. It keeps neither the target nor the listener alive. */
interface AddedListener extends Opening {
  readonly target: WeakRef<Target>
  readonly event: EventName
  readonly listener: WeakRef<object>
}

/** A listener that was added and is still there. */
export interface PresentListener extends Opening {
  readonly target: Target
  readonly event: EventName
}

/**
 * Remembers listeners that are added to emitters which are older than the watch, and to event targets of any age: there is no telling when an abort signal
 * was made, but one that the garbage collector took is asked no more.
 */
export class ListenerWatch implements Disposable {
  readonly #added: AddedListener[] = []
  readonly #born = new WeakSet<object>()
  readonly #methods = new ReplacedMethods()
  readonly #watch: ResourceWatch

  constructor(watch: ResourceWatch, onEmitter: (emitter: object) => void) {
    this.#watch = watch
    this.#watchBirths(onEmitter)
    for (const name of ['on', 'addListener', 'prependListener'] as const) this.#watchEmitters(name)
    this.#watchEventTargets()
  }

  /** Every listener that was added and not removed, by whom ever; of the same one added twice and removed once, the newer. */
  present(): PresentListener[] {
    const unclaimed = new Map<Target, Map<EventName, object[]>>()
    return this.#added.toReversed().flatMap(({ target: reference, event, listener, path, owned, round }) => {
      const [target, added] = [reference.deref(), listener.deref()]
      // A TLS socket listens to itself before it is an emitter.
      if (target === undefined || added === undefined || this.#born.has(target)) return []
      const listeners = listenersOnce(unclaimed, target, event)
      const at = listeners.indexOf(added)
      if (at === -1) return []
      listeners.splice(at, 1)
      return [{ target, event, path, owned, round }]
    })
  }

  [Symbol.dispose](): void {
    this.#methods[Symbol.dispose]()
  }

  /** Every emitter's constructor calls this, that of a subclass too. */
  #watchBirths(onEmitter: (emitter: object) => void): void {
    const born = this.#born
    this.#methods.replace(EventEmitter, 'init', (original) => {
      return function init(...args) {
        if (isObject(this)) {
          born.add(this)
          onEmitter(this)
        }
        return Reflect.apply(original, this, args)
      }
    })
  }

  #watchEmitters(name: 'on' | 'addListener' | 'prependListener'): void {
    const remember = this.#remember.bind(this)
    const born = this.#born
    this.#methods.replace(EventEmitter.prototype, name, (original) => {
      const add: Method = function add(...args) {
        if (this instanceof EventEmitter && !born.has(this)) remember(this, args, add)
        return Reflect.apply(original, this, args)
      }
      return add
    })
  }

  #watchEventTargets(): void {
    const remember = this.#remember.bind(this)
    this.#methods.replace(EventTarget.prototype, 'addEventListener', (original) => {
      const add: Method = function add(...args) {
        // A port is looked for itself.
        if (this instanceof EventTarget && !(this instanceof MessagePort)) remember(this, args, add)
        return Reflect.apply(original, this, args)
      }
      return add
    })
  }

  #remember(target: Target, [event, listener]: readonly unknown[], below: Method): void {
    if (!isObject(listener)) return
    const opening = this.#watch.opening(below)
    const name = typeof event === 'symbol' ? event : String(event)
    this.#added.push({
      ...opening,
      event: name,
      target: new WeakRef(target),
      listener: new WeakRef(listener),
    })
  }
}

/** The target's listeners of the event; what was taken from the list stays away. */
function listenersOnce(
  unclaimed: Map<Target, Map<EventName, object[]>>,
  target: Target,
  event: EventName,
): object[] {
  let events = unclaimed.get(target)
  if (events === undefined) unclaimed.set(target, (events = new Map()))
  let listeners = events.get(event)
  if (listeners === undefined) events.set(event, (listeners = listenersOf(target, event)))
  return listeners
}

function listenersOf(target: Target, event: EventName): object[] {
  return target instanceof EventTarget
    ? getEventListeners(target, String(event))
    : EventEmitter.prototype.rawListeners.call(target, event)
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
