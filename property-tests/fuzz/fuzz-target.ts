import type { SeededRandom } from '../../simulators/index.ts'

/** A parser that takes bytes from outside, and what it may answer. */
export interface FuzzTarget {
  readonly name: string
  /** What it reads, in one phrase, for the list of targets. */
  readonly reads: string
  /** Inputs it understands: what is tried is made of these. At least one. */
  readonly corpus: readonly Uint8Array[]
  /** Words of its language, put in at random places. */
  readonly words?: readonly string[]
  /**
   * Gives the parser one input. Throws only for a fault: an input that is refused with the error that the parser's contract names is no fault.
   * @param random for what else can vary, such as where the input is cut into pieces
   */
  readonly tryInput: (input: Uint8Array, random: SeededRandom) => void | Promise<void>
}
