/**
 * What the process of a container does, one step after the other. A program that comes to its end without `exit` goes on without a word until
 * a signal ends it: SIGTERM is obeyed, with exit code 143.
 * - `write`: `text` on a stream
 * - `lines`: `count` lines of `bytes` bytes each on stdout, numbered from 1 in their first six characters, as fast as they can be written
 * - `pause`: nothing for a while
 * - `gate`: nothing until SIGWINCH comes
 * - `exit`: the end
 */
export type Step =
  | { readonly do: 'write'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly do: 'lines'; readonly count: number; readonly bytes: number }
  | { readonly do: 'pause'; readonly ms: number }
  | { readonly do: 'gate' }
  | { readonly do: 'exit'; readonly code: number }

export type Program = readonly Step[]

export const gate: Step = { do: 'gate' }
/** The signal that opens a gate: harmless to a process that has no handler for it. */
export const GATE_SIGNAL = 'WINCH'

export function out(text: string): Step {
  return { do: 'write', stream: 'stdout', text }
}

export function err(text: string): Step {
  return { do: 'write', stream: 'stderr', text }
}

export function lines(count: number, bytes: number): Step {
  return { do: 'lines', count, bytes }
}

export function pause(ms: number): Step {
  return { do: 'pause', ms }
}

export function exit(code: number): Step {
  return { do: 'exit', code }
}

/** Line `number` of a `lines` step. */
export function numberedLine(number: number, bytes: number): string {
  return `${String(number).padStart(6, '0')} ${'x'.repeat(bytes - NUMBER_CHARACTERS - 2)}\n`
}

const NUMBER_CHARACTERS = 6
