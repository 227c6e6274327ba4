import { codeOf } from '../../reference/errors.ts'
import { readdir, readFile, readlink } from 'node:fs/promises'

/** One process or several, seen from outside. */
export interface ProcessSample {
  readonly fds: number
  /** By what the descriptor refers to: `socket`, `pipe`, `file`, `device`, or an anonymous inode's own name such as `eventpoll`. */
  readonly fdsByKind: Readonly<Record<string, number>>
  readonly threads: number
  readonly rssBytes: number
  /** User and system time of all its threads since it started, and of its children that have ended. */
  readonly cpuSeconds: number
}

/** Reads a process's figures from /proc; `null` where there is no /proc, or no such process. */
export async function probeProcess(pid: number): Promise<ProcessSample | null> {
  try {
    const [fdsByKind, status, stat] = await Promise.all([
      descriptorsByKind(pid),
      readFile(`/proc/${pid}/status`, 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ])
    return {
      fds: Object.values(fdsByKind).reduce((sum, count) => sum + count, 0),
      fdsByKind,
      threads: statusField(status, 'Threads'),
      rssBytes: statusField(status, 'VmRSS') * 1024,
      cpuSeconds: cpuSeconds(stat),
    }
  } catch (error) {
    if (isGone(error)) return null
    throw error
  }
}

/** The figures of several processes in all; those that are gone have none. `null` when none is left. */
export async function probeProcesses(pids: readonly number[]): Promise<ProcessSample | null> {
  const samples = (await Promise.all(pids.map((pid) => probeProcess(pid)))).filter(
    (sample) => sample !== null,
  )
  if (samples.length === 0) return null
  const sum = (figure: (sample: ProcessSample) => number): number =>
    samples.reduce((total, sample) => total + figure(sample), 0)
  const kinds = new Set(samples.flatMap(({ fdsByKind }) => Object.keys(fdsByKind)))
  return {
    fds: sum(({ fds }) => fds),
    fdsByKind: Object.fromEntries(
      [...kinds].map((kind) => [kind, sum(({ fdsByKind }) => fdsByKind[kind] ?? 0)]),
    ),
    threads: sum(({ threads }) => threads),
    rssBytes: sum(({ rssBytes }) => rssBytes),
    cpuSeconds: sum(({ cpuSeconds: seconds }) => seconds),
  }
}

/** What the target of a link in /proc/PID/fd is, as a kind. */
export function descriptorKind(target: string): string {
  if (target.startsWith('/dev/')) return 'device'
  if (target.startsWith('/')) return 'file'
  const anonymous = /^anon_inode:\[?([\w-]+)\]?$/.exec(target)
  return anonymous?.[1] ?? target.replace(/:.*$/, '')
}

async function descriptorsByKind(pid: number): Promise<Record<string, number>> {
  const directory = `/proc/${pid}/fd`
  const names = await readdir(directory)
  const targets = await Promise.all(names.map((name) => readlink(`${directory}/${name}`).catch(() => null)))
  const counts: Record<string, number> = {}
  for (const target of targets) {
    if (target === null) continue
    const kind = descriptorKind(target)
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

function statusField(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
}

/** Fields 14 to 17 of /proc/PID/stat, counted behind the command, which may contain spaces. */
function cpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0) / CLOCK_TICKS_PER_SECOND
}

function isGone(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ESRCH'
}

/** USER_HZ: 100 on every Linux architecture that Node runs on. */
const CLOCK_TICKS_PER_SECOND = 100
