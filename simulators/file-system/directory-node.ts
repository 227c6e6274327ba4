import type { FileNode } from './file-node.ts'

export type DiskNode = FileNode | DirectoryNode

/** A name of a directory and what it stands for; undefined for nothing. */
export interface Binding {
  readonly directory: DirectoryNode
  readonly name: string
  readonly node: DiskNode | undefined
}

/** A create, a rename or an unlink, as it can be undone. */
export interface DirectoryChange {
  /** Numbers the changes of the whole disk. */
  readonly ordinal: number
  /** What the names stood for before. */
  readonly before: readonly Binding[]
}

/** A directory of the simulated disk: its entries as the kernel has them, and the changes that are not on the disk yet. */
export class DirectoryNode {
  readonly kind = 'directory'
  readonly inode: number
  readonly entries: Map<string, DiskNode> = new Map()
  /** When a name in it changed last, milliseconds of wall time. */
  modifiedMs: number
  /** Since the last sync, oldest first. A rename is a change of the directory it leads to. */
  unsynced: DirectoryChange[] = []

  constructor(inode: number, modifiedMs: number = 0) {
    this.inode = inode
    this.modifiedMs = modifiedMs
  }
}

export function bind({ directory, name, node }: Binding): void {
  if (node === undefined) directory.entries.delete(name)
  else directory.entries.set(name, node)
}

/** What the name stands for now. */
export function bindingOf(directory: DirectoryNode, name: string): Binding {
  return { directory, name, node: directory.entries.get(name) }
}
