import type { CallPath, Frame } from '../call-path.ts'
import { originalPosition } from '../original-position.ts'
import type { AsyncRecord } from '../watches/resource-watch.ts'
import { counts, type Scene, type Suspect } from './suspect.ts'

/**
 * Promises that have not settled and that something still holds: the garbage collector has taken the others, with the functions that wait for them. Of
 * functions that wait for each other only the outermost is named, with the place where the innermost waits.
 */
export function taskSuspects(scene: Scene): Suspect[] {
  const pending = scene.watch.resources.records(PROMISES).filter((record) => isPending(scene, record))
  const ids = new Set(pending.map(({ id }) => id))
  const tasks: Task[] = []
  for (const record of pending) {
    const running = tasks.find((task) => runsIn(record.path!, task.path))
    if (running !== undefined) running.waitsAt = record.path!.frames[0]!
    // One that comes of another pending one tells nothing new; of one that is older than the block it does.
    else if (!record.derived || !ids.has(record.triggerId)) tasks.push(toTask(record))
  }
  return tasks.map(toSuspect)
}

interface Task {
  readonly path: CallPath
  readonly round: number
  waitsAt: Frame | null
}

/** Code of the caller's must have been running: what Node and libraries promise each other is theirs. */
function isPending(scene: Scene, record: AsyncRecord): boolean {
  return !record.settled && record.madeBy === 'caller' && counts(scene, record)
}

function toTask({ path, round }: AsyncRecord): Task {
  return { path: path!, round, waitsAt: null }
}

/** Whether a promise was made while a task's function ran: further in on the same stack, or on a stack that the function went on with. */
function runsIn(path: CallPath, task: CallPath): boolean {
  if (!isAsyncFunction(task)) return false
  const [start, caller] = task.frames
  return path.frames.some((frame, depth) => {
    if (start === undefined || !isSameFunction(frame, start) || !isAfter(frame, start)) return false
    const below = path.frames[depth + 1]
    // A function that goes on has no caller, or has the function that waits for it.
    return below === undefined || caller === undefined || isSameFunction(below, caller)
  })
}

function isSameFunction(one: Frame, other: Frame): boolean {
  return one.file === other.file && one.name === other.name
}

function isAfter(frame: Frame, start: Frame): boolean {
  return frame.line > start.line || (frame.line === start.line && frame.column > start.column)
}

/** The promise of an async function is made where the function begins, by neither a builtin nor Node. */
function isAsyncFunction({ builtin, through }: CallPath): boolean {
  return builtin === null && through === null
}

function toSuspect({ path, round, waitsAt }: Task): Suspect {
  const detail = waitsAt === null ? '' : `waits at ${originalPosition(waitsAt)}`
  if (!isAsyncFunction(path)) {
    const what = `promise of ${path.builtin === null ? path.through : nameOf(path.builtin)}`
    return { kind: 'task', what, detail, path, round }
  }
  const [start, ...callers] = path.frames
  const what = `${start!.name || 'async function'}() has not returned`
  // Where it was called; for one that Node or a library called, where it begins.
  return { kind: 'task', what, detail, path: callers.length > 0 ? { ...path, frames: callers } : path, round }
}

function nameOf(builtin: string): string {
  return builtin === 'Promise' ? 'new Promise' : `Promise's ${builtin}()`
}

const PROMISES = new Set(['PROMISE'])
