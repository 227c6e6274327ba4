import type { Mutant } from './run-part.ts'
import type { Survivor } from './survivors.ts'

/** How the mutants of a part did. */
export interface Verdict {
  readonly mutants: number
  /** Those that a test noticed, by failing or by not ending. */
  readonly killed: number
  /** Percentage of the killed: those that are explained do not count as killed. */
  readonly score: number
  readonly explained: number
  readonly unexplained: readonly Alive[]
  /** Explanations of these files that no survivor needs. */
  readonly stale: readonly Survivor[]
}

/** One that no test noticed. */
export interface Alive extends Mutant {
  /** The line it begins in, and the one before. */
  readonly text: string
  readonly before: string
}

/** @param linesIn the lines of a file, by its path from the project's root */
export function judge(
  mutants: readonly Mutant[],
  explanations: readonly Survivor[],
  linesIn: (file: string) => readonly string[],
): Verdict {
  const valid = mutants.filter(({ status }) => !INVALID.has(status))
  const alive = valid.filter(({ status }) => ALIVE.has(status))
  const survivors = alive.map((mutant): Alive => {
    const textOf = (line: number): string => linesIn(mutant.file)[line - 1]?.trim() ?? ''
    return { ...mutant, text: textOf(mutant.line), before: textOf(mutant.line - 1) }
  })
  const unexplained = survivors.filter(
    (survivor) => !explanations.some((explanation) => explains(explanation, survivor)),
  )
  const files = new Set(mutants.map(({ file }) => file))
  return {
    mutants: valid.length,
    killed: valid.length - alive.length,
    score: valid.length === 0 ? 100 : (100 * (valid.length - alive.length)) / valid.length,
    explained: alive.length - unexplained.length,
    unexplained,
    stale: explanations.filter(
      (explanation) =>
        files.has(explanation.file) && !survivors.some((survivor) => explains(explanation, survivor)),
    ),
  }
}

function explains(explanation: Survivor, survivor: Alive): boolean {
  return (
    survivor.file === explanation.file &&
    survivor.text === explanation.line &&
    (explanation.after === undefined || survivor.before === explanation.after) &&
    survivor.mutator === explanation.mutator &&
    survivor.replacement.includes(explanation.replacement)
  )
}

const ALIVE = new Set(['Survived', 'NoCoverage'])
/** No program, so no mutant. */
const INVALID = new Set(['CompileError', 'RuntimeError', 'Ignored'])
