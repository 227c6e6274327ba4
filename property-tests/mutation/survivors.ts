/** A mutant that no test kills, and why that is right. */
export interface Survivor {
  /** Path from the project's root. */
  readonly file: string
  /** The line it begins in, without the spaces around it. */
  readonly line: string
  /** As Stryker calls the kind of the change, such as `ConditionalExpression`. */
  readonly mutator: string
  /** What stands there instead; a part of it that no other mutant of the line and kind has. */
  readonly replacement: string
  /** What makes it harmless: one sentence. */
  readonly why: string
}

/**
 * Read one by one. `npm run mutation` fails for a survivor that is not here, and for one here that is killed by now; a test holds the lines against the
 * sources.
 */
export const SURVIVORS: readonly Survivor[] = []
