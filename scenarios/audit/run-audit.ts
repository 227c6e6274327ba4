/** What became of the lines that went to a stream which several runs of a collector wrote to. */
export interface RunCounts {
  readonly missing: number
  /** Lines written again by a run after one that was killed: what it had not committed. */
  readonly repeatedAfterKill: number
  /** Lines written again otherwise. */
  readonly repeated: number
  /** Lines that nobody wrote, or that are no line. */
  readonly unexpected: number
}

/** Audits a stream that cannot be read back by the one who writes it. A line is `name number`. */
export class RunAudit {
  /** For each line the number of the run that it was found in first. */
  readonly #found = new Map<string, number>()
  readonly #killed = new Set<number>()
  #run = 0
  #repeatedAfterKill = 0
  #repeated = 0

  /** The run was ended by force; another follows. */
  killed(): void {
    this.#killed.add(this.#run)
    this.#run += 1
  }

  /** The run was ended in order; another follows. */
  stopped(): void {
    this.#run += 1
  }

  saw(line: string): void {
    const run = this.#found.get(line)
    if (run === undefined) this.#found.set(line, this.#run)
    else if (run === this.#run - 1 && this.#killed.has(run)) this.#repeatedAfterKill += 1
    else this.#repeated += 1
  }

  /** @param written number of the last line of each container, by its name; lines are numbered from 1 */
  counts(written: ReadonlyMap<string, number>): RunCounts {
    let missing = 0
    let expected = 0
    for (const [name, last] of written) {
      expected += last
      for (let line = 1; line <= last; line++) if (!this.#found.has(`${name} ${line}`)) missing += 1
    }
    return {
      missing,
      repeatedAfterKill: this.#repeatedAfterKill,
      repeated: this.#repeated,
      unexpected: this.#found.size - (expected - missing),
    }
  }
}
