import { posix } from 'node:path'
import type { DirectoryEntry, OpenFlags } from '../../reference/ports/index.ts'
import type { SeededRandom } from '../world/seeded-random.ts'
import { bind, bindingOf, DirectoryNode, type Binding, type DiskNode } from './directory-node.ts'
import { fileError } from './file-error.ts'
import { FileNode } from './file-node.ts'

/**
 * Directories and files as a Linux kernel has them, with its errors, and what a power cut leaves of them. Everything takes effect at once.
 *
 * Of each directory the changes (create, rename, unlink) since it was last synced survive a power cut in their order up to some point; directories
 * are independent of each other, and of the contents of files. fsync(2): "Calling fsync() does not necessarily ensure that the entry in the
 * directory containing the file has also reached disk. For that an explicit fsync() on a file descriptor for the directory is also
 * needed." ext4 and XFS promise more (one order for all metadata, and a sync of anything commits what came before it); what they leave is among
 * what is drawn here. A rename is never half done: rename(2), "there will be no point at which another process attempting to access newpath will find it missing".
 */
export class SimulatedDisk {
  readonly #root = new DirectoryNode(ROOT_INODE)
  readonly #unsynced = new Set<DirectoryNode>()
  #nextInode = ROOT_INODE + 1
  #changes = 0
  readonly #now: () => number
  /** Numbers of files that are gone, for the next ones; null where none is given twice. */
  readonly #freed: number[] | null

  constructor({ now = () => 0, reusesInodes = false }: SimulatedDiskOptions = {}) {
    this.#now = now
    this.#freed = reusesInodes ? [] : null
  }

  open(path: string, flags: OpenFlags): DiskNode {
    const { directory, name, node } = this.#entry('open', path)
    if (node !== undefined && flags === 'wx') throw fileError('EEXIST', 'open', path)
    if (node?.kind === 'directory' && flags !== 'r') throw fileError('EISDIR', 'open', path)
    if (node === undefined && !CREATING.has(flags)) throw fileError('ENOENT', 'open', path)
    if (node === undefined) return this.#create(directory, name)
    if (node.kind === 'file' && flags === 'w') node.truncate(0)
    return node
  }

  mkdir(path: string): void {
    let directory = this.#root
    const parts = partsOf(path)
    for (const [index, name] of parts.entries()) {
      let node = directory.entries.get(name)
      if (node?.kind === 'file')
        throw fileError(index === parts.length - 1 ? 'EEXIST' : 'ENOTDIR', 'mkdir', path)
      if (node === undefined) {
        node = new DirectoryNode(this.#nextInode++, this.#now())
        this.#change(directory, [{ directory, name, node }])
      }
      directory = node
    }
  }

  rename(from: string, to: string): void {
    const source = this.#entry('rename', from)
    const target = this.#entry('rename', to)
    if (source.node === undefined) throw fileError('ENOENT', 'rename', from)
    if (source.node === target.node) return
    if (target.node !== undefined) assertReplaces(source.node, target.node, to)
    if (isWithin(to, from)) throw fileError('EINVAL', 'rename', from)
    this.#change(target.directory, [
      { ...source, node: undefined },
      { ...target, node: source.node },
    ])
  }

  unlink(path: string): void {
    const entry = this.#existing('unlink', path)
    if (entry.node.kind === 'directory') throw fileError('EISDIR', 'unlink', path)
    this.#change(entry.directory, [{ ...entry, node: undefined }])
  }

  /** Cuts a file, or fills it up with NULs, by its path. */
  truncate(path: string, length: number): void {
    const { node } = this.#existing('truncate', path)
    if (node.kind === 'directory') throw fileError('EISDIR', 'truncate', path)
    node.truncate(length)
  }

  stat(path: string): DiskNode {
    return this.#existing('stat', path).node
  }

  readdir(path: string): string[] {
    return [...this.#directory('readdir', path).entries.keys()]
  }

  list(path: string): DirectoryEntry[] {
    return [...this.#directory('readdir', path).entries].map(([name, { kind }]) => ({ name, kind }))
  }

  /** What every file holds, by its path, in the order of paths: views, valid until a file changes. */
  files(): ReadonlyMap<string, Uint8Array> {
    const found = [...filesBelow(this.#root, '')]
    return new Map(found.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Somebody has it open, until {@link release}: its number is not free. */
  hold(node: DiskNode): void {
    if (node.kind === 'file') node.links += 1
  }

  release(node: DiskNode): void {
    if (node.kind !== 'file') return
    node.links -= 1
    if (node.links === 0) this.#freed?.push(node.inode)
  }

  /** Puts the changes of the directory on the disk, not those of what is in it. */
  syncDirectory(path: string): void {
    const directory = this.#directory('syncDirectory', path)
    directory.unsynced = []
    this.#unsynced.delete(directory)
  }

  /** Null when there is no such file or directory. */
  find(path: string): DiskNode | null {
    let node: DiskNode | undefined = this.#root
    for (const name of partsOf(path)) {
      node = node.kind === 'directory' ? node.entries.get(name) : undefined
      if (node === undefined) return null
    }
    return node
  }

  /** Somebody appends to a file, as the kernel sees it; it is made with its directories if it is not there. */
  append(path: string, contents: string | Uint8Array): void {
    this.mkdir(posix.dirname(path))
    const node = this.open(path, 'a+')
    if (node.kind === 'file') node.write(Buffer.from(contents), node.size)
  }

  /** Puts a file there as if it had always been: with its directories, whole and on the disk. Replaces what a file held. */
  put(path: string, contents: string | Uint8Array): void {
    this.mkdir(posix.dirname(path))
    const node = this.open(path, 'w')
    if (node.kind === 'directory') throw fileError('EISDIR', 'open', path)
    node.write(Buffer.from(contents), 0)
    node.sync()
    for (let directory = posix.dirname(path); ; directory = posix.dirname(directory)) {
      this.syncDirectory(directory)
      if (directory === posix.dirname(directory)) return
    }
  }

  /** The machine loses power. What is left is on the disk. */
  losePower(random: SeededRandom): void {
    const lost = [...this.#unsynced].flatMap((directory) => {
      const kept = drawPrefix(directory.unsynced.length, random)
      return directory.unsynced.splice(kept)
    })
    for (const { before } of lost.toSorted((a, b) => b.ordinal - a.ordinal)) before.forEach(bind)
    for (const directory of this.#unsynced) directory.unsynced = []
    this.#unsynced.clear()
    for (const file of filesIn(this.#root)) file.losePower(random)
  }

  #create(directory: DirectoryNode, name: string): FileNode {
    const node = new FileNode(this.#freed?.pop() ?? this.#nextInode++, this.#now)
    this.#change(directory, [{ directory, name, node }])
    return node
  }

  #change(directory: DirectoryNode, bindings: readonly Binding[]): void {
    const before = bindings.map((binding) => bindingOf(binding.directory, binding.name))
    directory.unsynced.push({ ordinal: this.#changes++, before })
    this.#unsynced.add(directory)
    for (const { node } of bindings) if (node !== undefined) this.hold(node)
    bindings.forEach(bind)
    for (const { node } of before) if (node !== undefined) this.release(node)
    for (const changed of bindings) changed.directory.modifiedMs = this.#now()
  }

  #existing(operation: string, path: string): Binding & { node: DiskNode } {
    const entry = this.#entry(operation, path)
    if (entry.node === undefined) throw fileError('ENOENT', operation, path)
    return { ...entry, node: entry.node }
  }

  #directory(operation: string, path: string): DirectoryNode {
    const { node } = this.#existing(operation, path)
    if (node.kind !== 'directory') throw fileError('ENOTDIR', operation, path)
    return node
  }

  /** What the path's last name stands for. The directories before it must be there. */
  #entry(operation: string, path: string): Binding {
    const parts = partsOf(path)
    const name = parts.pop() ?? '.'
    let node: DiskNode | undefined = this.#root
    for (const part of parts) {
      node = node.entries.get(part)
      if (node === undefined) throw fileError('ENOENT', operation, path)
      if (node.kind === 'file') throw fileError('ENOTDIR', operation, path)
    }
    return name === '.' ? { directory: node, name, node } : bindingOf(node, name)
  }
}

export interface SimulatedDiskOptions {
  /** Wall time, milliseconds. Default none: no file is newer than another. */
  readonly now?: () => number
  /** Whether a new file gets the number of one that is gone. Default false. */
  readonly reusesInodes?: boolean
}

function partsOf(path: string): string[] {
  return posix
    .resolve('/', path)
    .split('/')
    .filter((part) => part !== '')
}

function isWithin(path: string, directory: string): boolean {
  return posix.resolve('/', path).startsWith(`${posix.resolve('/', directory)}/`)
}

function assertReplaces(node: DiskNode, replaced: DiskNode, path: string): void {
  if (node.kind === 'file' && replaced.kind === 'directory') throw fileError('EISDIR', 'rename', path)
  if (node.kind === 'directory' && replaced.kind === 'file') throw fileError('ENOTDIR', 'rename', path)
  if (replaced.kind === 'directory' && replaced.entries.size > 0) throw fileError('ENOTEMPTY', 'rename', path)
}

function filesIn(node: DiskNode): FileNode[] {
  return node.kind === 'file' ? [node] : [...node.entries.values()].flatMap(filesIn)
}

function* filesBelow(directory: DirectoryNode, path: string): Generator<[string, Uint8Array]> {
  for (const [name, node] of directory.entries) {
    if (node.kind === 'file') yield [`${path}/${name}`, node.contents]
    else yield* filesBelow(node, `${path}/${name}`)
  }
}

/** How many of so many changes survive: all in one case of three, none in another. */
function drawPrefix(count: number, random: SeededRandom): number {
  const fate = random.integer(0, 2)
  if (fate < 2) return fate * count
  return random.integer(0, count)
}

const CREATING: ReadonlySet<OpenFlags> = new Set(['a+', 'w', 'wx'])
/** As on ext4. */
const ROOT_INODE = 2
