import { SeededRandom } from '../../simulators/index.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { mutated } from './mutate.ts'

export interface FuzzRange {
  /** With the number of an input it decides what the input is. */
  readonly seed: number
  /** The number of the first input. */
  readonly from: number
  readonly inputs: number
}

/** An input at which a parser did what its contract does not allow. */
export interface FuzzFailure {
  readonly target: string
  readonly seed: number
  /** Its number. */
  readonly at: number
  readonly input: Uint8Array
  readonly error: unknown
}

/**
 * Tries the inputs one after the other. The same seed and number give the same input on every machine.
 * @param onInput called before each, so that one that does not end is known
 * @returns the first failure, or null
 */
export async function fuzz(
  target: FuzzTarget,
  { seed, from, inputs }: FuzzRange,
  onInput: (at: number) => void = () => {},
): Promise<FuzzFailure | null> {
  for (let at = from; at < from + inputs; at++) {
    onInput(at)
    const input = inputOf(target, seed, at)
    try {
      const tried = target.tryInput(input, new SeededRandom(seed, `${at}/tried`))
      // Most parsers answer at once, and an await for each of a million inputs takes longer than they do.
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      if (tried !== undefined) await tried
    } catch (error) {
      return { target: target.name, seed, at, input, error }
    }
  }
  return null
}

/** The input of that number. */
export function inputOf({ corpus, words = [] }: FuzzTarget, seed: number, at: number): Uint8Array {
  return mutated(corpus, words, new SeededRandom(seed, `${at}`))
}
