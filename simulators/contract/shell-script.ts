import { GATE_SIGNAL, type Program, type Step } from './program.ts'

/** The command that runs a program in a container that has busybox's `sh` and `usleep`. */
export function commandOf(program: Program): readonly string[] {
  return ['sh', '-c', shellScript(program)]
}

/** A process with number 1 is ended only by signals that it handles. */
function shellScript(program: Program): string {
  return [
    `trap 'exit 143' TERM`,
    `trap 'open=1' ${GATE_SIGNAL}`,
    `usleep ${START_GAP_MS * 1000}`,
    ...program.map((step, index) => `${command(step)}\nusleep ${gapMs(step, program[index + 1]) * 1000}`),
    'while :; do usleep 50000; done',
  ].join('\n')
}

function command(step: Step): string {
  switch (step.do) {
    case 'write':
      return `printf %s ${quoted(step.text)}${step.stream === 'stderr' ? ' >&2' : ''}`
    case 'lines':
      return linesCommand(step.count, step.bytes)
    case 'pause':
      return `usleep ${step.ms * 1000}`
    case 'gate':
      return 'while [ -z "$open" ]; do usleep 10000; done; open='
    case 'exit':
      return `exit ${step.code}`
  }
}

function linesCommand(count: number, bytes: number): string {
  const filler = 'x'.repeat(bytes - '000001 \n'.length)
  return `n=1; while [ $n -le ${count} ]; do printf '%06d ${filler}\\n' $n; n=$((n+1)); done`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** The engine reads the two streams side by side, and on a busy machine one of them may lag behind. */
function gapMs(step: Step, next: Step | undefined): number {
  return streamOf(step) === streamOf(next) ? SAME_STREAM_GAP_MS : OTHER_STREAM_GAP_MS
}

function streamOf(step: Step | undefined): string | null {
  return step?.do === 'write' ? step.stream : null
}

const SAME_STREAM_GAP_MS = 40
const OTHER_STREAM_GAP_MS = 250
/** Before the first step: the engine begins to read the streams one after the other. */
const START_GAP_MS = 100
