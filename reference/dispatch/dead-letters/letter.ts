import { z } from 'zod'
import type { Block } from '../block.ts'
import { sliceRecords } from '../pipeline/slice-records.ts'
import type { SpooledBlock } from '../spool/spool.ts'

/** Why a sink will not get records: it does not take them, each is too large by itself, or they were tried as often or as long as is configured. */
export const LETTER_REASONS = ['refused', 'too_large', 'retries'] as const
export type LetterReason = (typeof LETTER_REASONS)[number]

/** What is kept beside records that a sink did not take. */
export interface LetterNote {
  readonly reason: LetterReason
  /** What the sink said. */
  readonly why: string
  /** Writes of them that failed, the last one included. */
  readonly attempts: number
  /** When they were given up, wall time in milliseconds. */
  readonly atMs: number
}

/** Consecutive records of one source, with the one reason why a sink did not take them. */
export interface Letter extends Block {
  readonly note: LetterNote
}

/** Records of a portion that is counted over its blocks, each with what the sink said of it; those of one reason together where they are neighbours. */
export function lettersOf(
  blocks: readonly Block[],
  refused: readonly { readonly record: number; readonly why: string }[],
  note: Omit<LetterNote, 'why'>,
): Letter[] {
  const whys = new Map(refused.map(({ record, why }) => [record, why]))
  const letters: Letter[] = []
  let first = 0
  for (const block of blocks) {
    const { length } = block.ends
    for (let from = 0; from < length;) {
      const why = whys.get(first + from)
      let to = from + 1
      while (to < length && whys.get(first + to) === why) to += 1
      if (why !== undefined) letters.push({ ...sliceRecords(block, from, to), note: { ...note, why } })
      from = to
    }
    first += length
  }
  return letters
}

const NOTE = z.object({
  reason: z.enum(LETTER_REASONS),
  why: z.string(),
  attempts: z.int().nonnegative(),
  atMs: z.number(),
})

/** What was read from where dead letters are kept. @throws Error when it is none. */
export function asLetter(block: SpooledBlock): Letter {
  return { ...block, note: NOTE.parse(block.note) }
}
