/** A known bug, as a small patch of the collector's real source. */
export interface Defect {
  /** The number in the requirements, such as `B8`. */
  readonly id: string
  /** Where it was seen: which system, doing what. */
  readonly origin: string
  /** One sentence: what the patched code does wrong. */
  readonly description: string
  readonly patches: readonly Patch[]
}

export interface Patch {
  /** Path from the project's root, such as `reference/docker/stream-turn.ts`. */
  readonly file: string
  /** Text that occurs exactly once in the file. */
  readonly find: string
  readonly replace: string
}
