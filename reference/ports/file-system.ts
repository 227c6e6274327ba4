/**
 * The part of a file system the collector uses. Errors are Node's: `Error` with `code` (`ENOENT`, `ENOSPC`, ...).
 * Whoever opens a handle owns it and closes it.
 */
export interface FileSystem {
  /**
   * Opens a file.
   * - `r` reads; the file must exist.
   * - `r+` reads and writes; the file must exist.
   * - `a+` reads, and appends every write; creates the file.
   * - `w` truncates or creates.
   * - `wx` creates; `EEXIST` if it is there.
   */
  open(path: string, flags: OpenFlags): Promise<FileHandle>
  /** Creates the directory and its parents; no error if it is there. */
  mkdir(path: string): Promise<void>
  /** Atomically replaces `to`. Durable only once the directory was synced. */
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  stat(path: string): Promise<FileStat>
  /** Names in the directory, without their path, in no particular order. */
  readdir(path: string): Promise<string[]>
  /** The same with what each name stands for, as the directory itself tells it. */
  list(path: string): Promise<DirectoryEntry[]>
  /** Makes renames and new names in the directory survive a power cut; where the file system knows no such thing it does nothing. */
  syncDirectory(path: string): Promise<void>
}

export type OpenFlags = 'r' | 'r+' | 'a+' | 'w' | 'wx'

/** What a name of a directory stands for. Where a link leads is not said: `stat` follows it. */
export interface DirectoryEntry {
  readonly name: string
  readonly kind: FileKind | 'link'
}

/** `other`: a device, a socket, a pipe, or what the file system does not tell. */
export type FileKind = 'file' | 'directory' | 'other'

export interface FileStat {
  readonly kind: FileKind
  /** Bytes. */
  readonly size: number
  /** When its contents changed last, milliseconds of wall time; of a directory, when a name in it did. As coarse as the file system has it. */
  readonly modifiedMs: number
  /** Identifies the file across renames, together with `device`. */
  readonly inode: number
  readonly device: number
}

export interface FileHandle {
  /** Reads at `position` into the buffer; the number of bytes read, which may be short; 0 at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>
  /** Writes at the end (`a+`) or the current position; the number of bytes written, which may be short. */
  write(buffers: readonly Uint8Array[]): Promise<number>
  truncate(length: number): Promise<void>
  stat(): Promise<FileStat>
  /** Makes the contents survive a power cut (fdatasync). */
  sync(): Promise<void>
  /** Gives the descriptor back. Idempotent. */
  close(): Promise<void>
}
