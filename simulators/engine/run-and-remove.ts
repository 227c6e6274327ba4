import type { ContainerOptions } from './simulated-container.ts'

/**
 * A container of `docker run --rm` whose command lasts so many milliseconds, as measured on an idle machine: `create` at -150 ms, `start` at 0, `die` at
 * the end of the command, `destroy` 10 ms later, and its log with it. What was opened before is read to its end.
 * @param lines numbered ones that it writes, the last thing it does
 */
export function runAndRemove(name: string, { lastsMs, lines }: RunAndRemoveOptions): ContainerOptions {
  return { name, autoRemove: true, startsAfterMs: 150, lastsMs, atExit: { lines } }
}

export interface RunAndRemoveOptions {
  /** 10 to 500 are short lives. */
  readonly lastsMs: number
  readonly lines: number
}
