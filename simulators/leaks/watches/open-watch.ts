import fs from 'node:fs'
import { ReplacedMethods, type Method } from './replaced-methods.ts'
import type { Opening, ResourceWatch } from './resource-watch.ts'

/** A file that was opened through `node:fs`. */
interface OpenedFile extends Opening {
  readonly inode: number
  readonly device: number
}

/**
 * Remembers where files and directories were opened: Node makes no handle of what `openSync` and `open` give, of which streams are made too. Files that
 * `fs.promises.open` gives are watched here as well, for when the garbage collector is the one who closes them.
 */
export class OpenWatch implements Disposable {
  readonly #files = new Map<number, OpenedFile>()
  readonly #directories = new Map<string, Opening>()
  #lastDirectory: Opening | null = null
  readonly #closedAsGarbage: Opening[] = []
  readonly #methods = new ReplacedMethods()
  readonly #watch: ResourceWatch

  constructor(watch: ResourceWatch) {
    this.#watch = watch
    this.#methods.replace(fs, 'openSync', (original) => this.#openSync(original))
    this.#methods.replace(fs, 'open', (original) => this.#open(original))
    this.#methods.replace(fs.promises, 'open', (original) => this.#openHandle(original))
    this.#methods.replace(fs, 'opendirSync', (original) => this.#openDirectory(original))
    this.#methods.replace(fs, 'opendir', (original) => this.#openDirectory(original))
    this.#methods.replace(fs.promises, 'opendir', (original) => this.#openDirectory(original))
    process.on('warning', this.#onWarning)
  }

  /** How a file was opened that has this number, if it is still the same file. */
  findFile(descriptor: number, inode: number, device: number): Opening | null {
    const opened = this.#files.get(descriptor)
    return opened?.inode === inode && opened.device === device ? opened : null
  }

  /** The last opening of a directory, by its real path: of a directory Node does not tell the number. */
  findDirectory(path: string): Opening | null {
    return this.#directories.get(path) ?? null
  }

  /** Files and directories that nobody closed before they were forgotten. Node does not say which directory it was: it is taken for the last one. */
  get closedAsGarbage(): readonly Opening[] {
    return this.#closedAsGarbage
  }

  [Symbol.dispose](): void {
    process.off('warning', this.#onWarning)
    this.#methods[Symbol.dispose]()
  }

  #openSync(original: Method): Method {
    const openSync: Method = (...args) => {
      const descriptor = Reflect.apply(original, fs, args)
      this.#remember(Number(descriptor), this.#watch.opening(openSync))
      return descriptor
    }
    return openSync
  }

  #open(original: Method): Method {
    const open: Method = (...args) => {
      const opening = this.#watch.opening(open)
      const callback = args.at(-1)
      if (typeof callback !== 'function') return Reflect.apply(original, fs, args)
      const remember = (error: Error | null, descriptor: number): void => {
        if (error === null) this.#remember(descriptor, opening)
        Reflect.apply(callback, undefined, [error, descriptor])
      }
      return Reflect.apply(original, fs, [...args.slice(0, -1), remember])
    }
    return open
  }

  #openHandle(original: Method): Method {
    const open: Method = async (...args) => {
      const opening = this.#watch.opening(open)
      const handle: unknown = await Reflect.apply(original, fs.promises, args)
      this.#remember(Number(Reflect.get(Object(handle), 'fd')), opening)
      return handle
    }
    return open
  }

  #openDirectory(original: Method): Method {
    const open: Method = (...args) => {
      const opening = this.#watch.opening(open)
      const directory = Reflect.apply(original, fs, args)
      this.#directories.set(realPath(String(args[0])), opening)
      this.#lastDirectory = opening
      return directory
    }
    return open
  }

  #remember(descriptor: number, opening: Opening): void {
    const { ino, dev } = fs.fstatSync(descriptor)
    this.#files.set(descriptor, { ...opening, inode: ino, device: dev })
  }

  readonly #onWarning = ({ message }: Error): void => {
    const descriptor = /^Closing file descriptor (\d+) on garbage collection$/.exec(message)?.[1]
    const opened = this.#files.get(Number(descriptor))
    if (opened !== undefined) this.#closedAsGarbage.push(opened)
    if (message === DIRECTORY_CLOSED && this.#lastDirectory !== null)
      this.#closedAsGarbage.push(this.#lastDirectory)
  }
}

const DIRECTORY_CLOSED = 'Closing directory handle on garbage collection'

function realPath(path: string): string {
  try {
    return fs.realpathSync(path)
  } catch {
    return path
  }
}
