import type { SuiteName } from './suites.ts'

/** A known bug, as a small patch of the collector's real source. */
export interface Defect {
  /** The number in the catalogue, such as `B8`. */
  readonly id: string
  /** Where it was seen: which system, doing what. */
  readonly origin: string
  /** The finding it belongs to, such as `R1`; left out where it is known by its own number. */
  readonly finding?: string
  /** One sentence: what the patched code does wrong. */
  readonly description: string
  readonly patches: readonly Patch[]
  /** What catches it. Not empty. */
  readonly caughtBy: readonly Catcher[]
}

/** A suite of the whole collector in virtual time, or one test: of a property, or a unit test. */
export type Catcher = SuiteName | UnitTest

export interface UnitTest {
  /** Path from the project's root, such as `reference/docker/engine-watch.test.ts`. */
  readonly file: string
  /** A part of its title, or of the titles of its groups and its own with a space between, which no other test of the file has. */
  readonly test: string
}

export interface Patch {
  /** Path from the project's root, such as `reference/docker/stream-turn.ts`. */
  readonly file: string
  /** Text that occurs exactly once in the file. */
  readonly find: string
  readonly replace: string
}

/**
 * A property is run in many cases that are drawn; it stands in a file named so. A scenario is one case of the whole collector in its world, watched by the
 * invariants. Every other test is of a part.
 */
export type TestKind = 'property' | 'scenario' | 'unit'

export function kindOf({ file }: UnitTest): TestKind {
  if (file.endsWith('.property.test.ts')) return 'property'
  return file.startsWith('property-tests/') ? 'scenario' : 'unit'
}

/** The tests that catch it beside suites. */
export function unitTestsOf(defect: Pick<Defect, 'caughtBy'>): UnitTest[] {
  return defect.caughtBy.filter((catcher) => typeof catcher !== 'string')
}

/** The suites of the whole collector that catch it. */
export function suitesOf(defect: Pick<Defect, 'caughtBy'>): SuiteName[] {
  return defect.caughtBy.filter((catcher) => typeof catcher === 'string')
}
