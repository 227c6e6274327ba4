import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import process from 'node:process'
import type { HostProcess } from '../ports/host-process.ts'
import { containerIdIn } from './own-container.ts'

/** This process. Descriptors are told where there is a /proc. */
export class NodeProcess implements HostProcess {
  hostName(): string {
    return hostname()
  }

  containerId(): string | null {
    try {
      return containerIdIn(readFileSync('/proc/self/mountinfo', 'utf8'))
    } catch {
      return null
    }
  }

  async openFileDescriptors(): Promise<number | null> {
    try {
      // Listing the directory takes a descriptor itself.
      return (await readdir(DESCRIPTORS)).length - 1
    } catch {
      return null
    }
  }

  async descriptorsByKind(): Promise<Record<string, number> | null> {
    try {
      const numbers = await readdir(DESCRIPTORS)
      const kinds = await Promise.all(numbers.map((number) => descriptorKind(`${DESCRIPTORS}/${number}`)))
      return countsOf(kinds.filter((kind) => kind !== null))
    } catch {
      return null
    }
  }

  activeResources(): Record<string, number> {
    return countsOf(process.getActiveResourcesInfo())
  }

  async fileDescriptorLimit(): Promise<number | null> {
    try {
      const [, soft] = (await readFile('/proc/self/limits', 'utf8')).match(/^Max open files +(\d+)/m) ?? []
      return soft === undefined ? null : Number(soft)
    } catch {
      return null
    }
  }

  residentBytes(): number {
    return process.memoryUsage.rss()
  }

  cpuSeconds(): number {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  }
}

/** Null for one that is closed by now, as that of the listing itself. */
async function descriptorKind(path: string): Promise<string | null> {
  try {
    const target = await readlink(path)
    const [, special] = /^(socket|pipe|anon_inode):/.exec(target) ?? []
    // Such as anon_inode:[eventpoll].
    if (special !== undefined)
      return special === 'anon_inode' ? target.replace(/^anon_inode:\[?|\]$/g, '') : special
    const found = await stat(path)
    if (found.isFile()) return 'file'
    return found.isDirectory() ? 'directory' : 'device'
  } catch {
    return null
  }
}

function countsOf(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of kinds.toSorted()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

const DESCRIPTORS = '/proc/self/fd'
