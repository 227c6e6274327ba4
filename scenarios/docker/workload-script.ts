import { FILLER } from '../audit/numbered-line.ts'
import type { Pace, Workload } from '../workload.ts'

/**
 * A program for busybox's shell that writes numbered lines at a workload's pace: the first at once, the last when it is told to end
 * (SIGTERM). Lines come in bursts, one burst in a tick, because every sleep costs a process.
 */
export function workloadScript({ name, stream, pace }: Workload): string {
  const { ticks, lines } = ticksOf(pace)
  return `${stream === 'stderr' ? 'exec >&2' : ':'}
n=0
over=
trap 'over=1' TERM
say() {
  i=0
  while [ $i -lt $1 ]; do
    n=$((n + 1))
    i=$((i + 1))
    echo "${name} $n ${FILLER} ."
  done
}
say 1
t=0
while [ -z "$over" ]; do
  usleep ${TICK_MS * 1000}
  t=$((t + 1))
  if [ $((t % ${ticks})) -eq 0 ]; then say ${lines}; fi
done
say 1
`
}

/** A pace in whole ticks: every `ticks` ticks `lines` lines. */
export function ticksOf(pace: Pace): { ticks: number; lines: number } {
  const exact = (pace.everySeconds * 1000) / TICK_MS
  if (exact >= 1) return { ticks: Math.round(exact), lines: pace.lines }
  return { ticks: 1, lines: Math.round(pace.lines / exact) }
}

const TICK_MS = 200
