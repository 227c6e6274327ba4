import { FILLER } from '../audit/numbered-line.ts'
import { BRIEF_MS } from '../phase.ts'
import { briefLines, type Pace, type Workload, type Writing } from '../workload.ts'

/**
 * A program for busybox's shell that writes numbered lines at a workload's pace: the first at once, the last when it is told to end
 * (SIGTERM). Lines come in bursts, one burst in a tick. A tick is a read of what never comes: a sleep would be a process, and 200 containers that sleep five times a second are load enough
 * for a machine.
 */
export function workloadScript({ name, stream, pace, writing, lifeSeconds }: Workload): string {
  const { tickMs, lines } = ticksOf(pace)
  const restarts = lifeSeconds !== null
  return `${stream === 'stderr' ? 'exec >&2' : ':'}
n=0
${restarts ? RECALL : ''}
over=
trap 'over=1' TERM
${lineFunctions(name, writing)}
say() {
  i=0
  while [ $i -lt $1 ]; do
    n=$((n + 1))
    i=$((i + 1))
    ${writing.endsLate ? 'put_late' : 'put'}
    ${restarts ? REMEMBER : ''}
  done
}
say 1
exec 3<>/dev/ptmx
t=0
while [ -z "$over" ]; do
  read -t ${tickMs / 1000} nothing <&3
  if [ -z "$over" ]; then say ${lines}; fi
  t=$((t + 1))
  ${restarts ? `if [ $t -ge ${Math.ceil((lifeSeconds * 1000) / tickMs)} ]; then over=1; fi` : ''}
done
say 1
${writing.endsLate ? 'echo "$late"' : ''}
`
}

/** A program for the same shell: its lines but the last, and that one {@link BRIEF_MS} later. */
export function briefScript(name: string): string {
  const says = briefLines(name).map((line) => `echo "${line}"`)
  return [...says.slice(0, -1), `usleep ${BRIEF_MS * 1000}`, ...says.slice(-1)].join('\n')
}

/** How often lines are written, and how many each time: not more often than five times a second. */
export function ticksOf({ lines, everySeconds }: Pace): { tickMs: number; lines: number } {
  const everyMs = everySeconds * 1000
  if (lines === 0) return { tickMs: SILENT_TICK_MS, lines }
  const times = Math.max(1, TICK_MS / everyMs)
  return { tickMs: Math.round(everyMs * times), lines: Math.round(lines * times) }
}

/** `put` writes line `$n`; `put_late` writes the rest of the line before and the first half of line `$n`. */
function lineFunctions(name: string, { lineBytes, endsLate }: Writing): string {
  const usual = `text="${name} $n ${FILLER} ."`
  const lengths = lineBytes.filter((bytes) => bytes !== null)
  if (lengths.length === 0 && !endsLate) return `put() { ${usual}; echo "$text"; }`
  const choices = lineBytes.flatMap((bytes, index) => (bytes === null ? [] : [`${index}) long ${bytes};;`]))
  return `x=${FILLER}
while [ \${#x} -lt ${Math.max(0, ...lengths)} ]; do x=$x$x; done
long() {
  text="${name} $n "
  end=" $1 ."
  text=$text\${x:0:$(($1 - \${#text} - \${#end}))}$end
}
choose() {
  case $(((n - 1) % ${lineBytes.length})) in
    ${choices.join('\n    ')}
    *) ${usual};;
  esac
}
put() { choose; echo "$text"; }
late=
put_late() {
  choose
  if [ -n "$late" ]; then echo "$late"; fi
  half=$((\${#text} / 2))
  echo -n "\${text:0:$half}"
  late=\${text:$half}
}`
}

/** The number of the last line outlives the process, in a file of the container. */
const RECALL = 'last=${LAST:-/last}; if [ -s $last ]; then read n < $last; fi'
const REMEMBER = 'echo $n > $last'
const TICK_MS = 200
const SILENT_TICK_MS = 60_000
