import { syncBuiltinESMExports } from 'node:module'

export type Method = (this: unknown, ...args: unknown[]) => unknown

/** Methods of objects that others share, replaced for a while. Disposing puts the original ones back, the last first. */
export class ReplacedMethods implements Disposable {
  readonly #restore: (() => void)[] = []

  /** Replaces `target[name]` by what `make` makes of it, so that also `import { name }` of a module of Node's gets the replacement. */
  replace(target: object, name: string, make: (original: Method) => Method): void {
    const own = Object.getOwnPropertyDescriptor(target, name)
    const original: Method = Reflect.get(target, name)
    // What else hangs on the method, such as its form for `promisify`, stays.
    const value = Object.defineProperties(make(original), Object.getOwnPropertyDescriptors(original))
    Object.defineProperty(target, name, {
      configurable: true,
      writable: true,
      enumerable: true,
      ...own,
      value,
    })
    this.#restore.push(() => {
      if (own === undefined) Reflect.deleteProperty(target, name)
      else Object.defineProperty(target, name, own)
    })
    syncBuiltinESMExports()
  }

  [Symbol.dispose](): void {
    for (const restore of this.#restore.splice(0).toReversed()) restore()
    syncBuiltinESMExports()
  }
}
