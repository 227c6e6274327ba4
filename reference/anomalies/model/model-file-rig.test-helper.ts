import type { FileHandle, FileSystem } from '../../ports/file-system.ts'

/** One file in memory, whose reads are short. */
export function fileOf(bytes: Uint8Array | null): {
  readonly fileSystem: FileSystem
  readonly handle: FileHandle
  readonly contents: () => Uint8Array | null
} {
  let stored = bytes
  const stat = { kind: 'file', size: 0, modifiedMs: 0, inode: 1, device: 1 } as const
  const handle: FileHandle = {
    read: async (buffer, position) => {
      const piece = stored!.subarray(position, position + Math.min(buffer.byteLength, READ_BYTES_MAX))
      buffer.set(piece)
      return piece.byteLength
    },
    write: async (buffers) => {
      stored = Buffer.concat([stored!, ...buffers])
      return buffers.reduce((sum, { byteLength }) => sum + byteLength, 0)
    },
    truncate: async () => {},
    stat: async () => stat,
    sync: async () => {},
    close: async () => {},
  }
  const fileSystem: FileSystem = {
    open: async (path, flags) => {
      if (flags === 'w') stored = new Uint8Array(0)
      if (stored === null) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
      return handle
    },
    mkdir: async () => {},
    rename: async () => {},
    unlink: async () => {},
    stat: async () => stat,
    readdir: async () => [],
    list: async () => [],
    syncDirectory: async () => {},
  }
  return { fileSystem, handle, contents: () => stored }
}

const READ_BYTES_MAX = 1000
