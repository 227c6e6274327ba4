import { readdir, readFile } from 'node:fs/promises'

/**
 * The processes of a subject, whatever started them: a wrapper script, a shell loop, a program that forks and ends. To it belongs what one of its processes
 * has started, what is in a session that one of them has begun, and what has the mark in its environment, which a process that lost its parent still has.
 */
export class ProcessTree {
  readonly #root: number
  readonly #mark: string
  /** Processes that belong to it, and those that do not, by pid and start: a pid may be given to another process. */
  readonly #own = new Set<string>()
  readonly #strangers = new Set<string>()

  /**
   * @param root pid of the process that all of it begins with
   * @param mark an entry of the environment of its processes and of no others, such as `KEY=value`
   */
  constructor(root: number, mark: string) {
    this.#root = root
    this.#mark = mark
  }

  /** Pids of the processes that are alive, in rising order; empty where there is no /proc. A zombie is not alive. */
  async pids(): Promise<number[]> {
    const all = await listProcesses()
    if (this.#own.size === 0) this.#own.add(all.find(({ pid }) => pid === this.#root)?.key ?? '')
    const own = withDescendants(
      all,
      all.filter(({ key }) => this.#own.has(key)),
    )
    for (const listed of await this.#marked(all.filter(({ pid }) => !own.has(pid)))) own.add(listed.pid)
    const found = all.filter(({ pid }) => own.has(pid))
    for (const { key } of found) this.#own.add(key)
    return found
      .filter(({ state }) => !ENDED_STATES.has(state))
      .map(({ pid }) => pid)
      .toSorted((a, b) => a - b)
  }

  /** Sends a signal to all of it. */
  async signal(name: NodeJS.Signals): Promise<void> {
    for (const pid of await this.pids()) sendSignal(pid, name)
  }

  /** Those with the mark. Each process is asked once. */
  async #marked(others: readonly ListedProcess[]): Promise<ListedProcess[]> {
    const unknown = others.filter(({ key }) => !this.#strangers.has(key))
    const environments = await Promise.all(unknown.map(({ pid }) => environmentOf(pid)))
    const marked = unknown.filter((_, index) => environments[index]?.includes(this.#mark))
    for (const { key } of unknown) this.#strangers.add(key)
    for (const { key } of marked) this.#strangers.delete(key)
    return marked
  }
}

interface ListedProcess {
  readonly pid: number
  readonly parent: number
  readonly session: number
  /** One letter, as in /proc/PID/stat. */
  readonly state: string
  /** Pid and start. */
  readonly key: string
}

function withDescendants(all: readonly ListedProcess[], some: readonly ListedProcess[]): Set<number> {
  const own = new Set(some.map(({ pid }) => pid))
  for (let before = -1; own.size > before;) {
    before = own.size
    for (const { pid, parent, session } of all) if (own.has(parent) || own.has(session)) own.add(pid)
  }
  return own
}

async function listProcesses(): Promise<ListedProcess[]> {
  const names = await readdir('/proc').catch(() => [])
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number)
  const listed = await Promise.all(pids.map((pid) => listProcess(pid)))
  return listed.filter((process) => process !== null)
}

/** `null` when it has ended meanwhile. */
async function listProcess(pid: number): Promise<ListedProcess | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (stat === null) return null
  // Behind the command, which may contain spaces: state, parent, group, session, and as the 20th the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state = '', parent, , session] = fields
  return { pid, parent: Number(parent), session: Number(session), state, key: `${pid} ${fields[19]}` }
}

/** Empty for another user's process: it cannot be read, and it is none that this testbed has started. */
async function environmentOf(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
  return text.split('\0')
}

function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended meanwhile.
  }
}

/** Zombies, and what will not even be one any more. */
const ENDED_STATES: ReadonlySet<string> = new Set(['Z', 'X', 'x'])
