/** What became of one container that lived for a moment. */
export interface ShortLife {
  readonly name: string
  readonly written: number
  /** Numbers of the lines found, in the order of the output. */
  readonly found: readonly number[]
}

export interface ShortLivesCounts {
  /** Containers of which no line was found. */
  readonly lost: number
  /** Lines that were not found, those of lost containers included. */
  readonly lostLines: number
  /** Lines found again, out of order, or never written. */
  readonly wrongLines: number
  /** Names of the containers that lack lines and that the collector did not name. */
  readonly unaccounted: readonly string[]
  /** Containers named although every line was found. */
  readonly namedInVain: number
}

/** Holds the losses against the names the collector told. */
export function accountForShortLives(
  lives: readonly ShortLife[],
  named: ReadonlySet<string>,
): ShortLivesCounts {
  const lacking = lives.filter((life) => lostLinesOf(life) > 0)
  return {
    lost: lives.filter(({ found }) => found.length === 0).length,
    lostLines: lacking.reduce((sum, life) => sum + lostLinesOf(life), 0),
    wrongLines: lives.reduce((sum, life) => sum + wrongLinesOf(life), 0),
    unaccounted: lacking.map(({ name }) => name).filter((name) => !named.has(name)),
    namedInVain: lives.filter((life) => named.has(life.name) && lostLinesOf(life) === 0).length,
  }
}

function lostLinesOf({ written, found }: ShortLife): number {
  const seen = new Set(found.filter((line) => line >= 1 && line <= written))
  return written - seen.size
}

function wrongLinesOf({ written, found }: ShortLife): number {
  return found.filter((line, index) => !(line >= 1 && line <= written && line > (found[index - 1] ?? 0)))
    .length
}
