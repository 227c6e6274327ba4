import type { TaskInfo } from '../../reference/lifecycle/task-registry.ts'
import type { World } from '../../simulators/index.ts'
import { LineDelays, type WrittenLines } from '../audit/line-delays.ts'
import type { WasRead } from '../audit/line-audit.ts'
import { NUMBERED_LINE } from '../audit/numbered-line.ts'
import { stampsIn } from '../audit/stored-stamps.ts'

/** When each line was put into a file of a directory, from now on. Dispose to look away. */
export function watchDelays(world: World, directory: string): LineDelays & Disposable {
  const delays = new LineDelays()
  const rests = new Map<string, string>()
  const watch = world.fileSystem.onAppend((path, _offset, bytes) => {
    if (!path.startsWith(`${directory}/`)) return
    const text = (rests.get(path) ?? '') + Buffer.from(bytes).toString('latin1')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    rests.set(path, text.slice(whole.length))
    for (const { groups } of whole.matchAll(NUMBERED_LINE))
      delays.saw(groups!['container']!, Number(groups!['line']), world.clock.wallTime())
  })
  return Object.assign(delays, { [Symbol.dispose]: () => watch[Symbol.dispose]() })
}

/** When the containers wrote their lines: what the engine still has of them. */
export function writtenLines(world: World, names: readonly string[]): WrittenLines {
  const entries = names.map((name) => {
    const { active } = world.engine.container(name).log
    return [name, stampsIn(active.view(0, active.length))] as const
  })
  return new Map(entries)
}

/** Whether a reader has been sent a line of a container that writes to one stream: all its messages. */
export function sentByEngine(world: World): WasRead {
  return (name, line) => {
    const { expected, log } = world.engine.container(name)
    if (line > expected.lines) return false
    return expected.line(line - 1).messages.at(-1)! < log.readThrough
  }
}

/** What the collector holds open, tasks included, by what it is and where it was opened. */
export function openByPlace(world: World, tasks: readonly TaskInfo[]): Map<string, number> {
  const counts = new Map<string, number>()
  const add = (what: string, where: string | null): void => {
    const place = `${what} ${where === null ? 'by an unknown place' : `at ${where}`}`
    counts.set(place, (counts.get(place) ?? 0) + 1)
  }
  for (const { kind, location } of world.ledger.list()) add(`${kind} opened`, location)
  for (const { kind, startedAt } of tasks) add(`task ${kind} started`, startedAt)
  return counts
}
