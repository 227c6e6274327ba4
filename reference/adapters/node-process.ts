import { readdir, readFile } from 'node:fs/promises'
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
      return (await readdir('/proc/self/fd')).length - 1
    } catch {
      return null
    }
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
