/** What became of the lines. `delivered - duplicated - unexpected + missing = emitted` always holds. */
export interface LineCounts {
  readonly emitted: number
  /** Lines found in the output, repeated ones included. */
  readonly delivered: number
  /** Lines written that are nowhere in the output. */
  readonly missing: number
  /** Times a line was found again. */
  readonly duplicated: number
  /** Lines that came for the first time after one with a higher number. */
  readonly outOfOrder: number
  /** Lines with a number that was never written. */
  readonly unexpected: number
  /** A sentence for some of the containers with a fault. */
  readonly examples: readonly string[]
}

/**
 * Compares the numbers of the lines found with those written, container by container. Lines of other containers than those audited are
 * ignored: a subject may follow more than the phase started.
 */
export class LineAudit {
  readonly #containers = new Map<string, ContainerAudit>()

  /** @param emitted number of the last line each container has written, by its name. */
  constructor(emitted: ReadonlyMap<string, number>) {
    for (const [name, last] of emitted) this.#containers.set(name, new ContainerAudit(name, last))
  }

  /** A line was found. Call it in the order of the output. */
  saw(container: string, line: number): void {
    this.#containers.get(container)?.saw(line)
  }

  counts(): LineCounts {
    const audits = [...this.#containers.values()]
    const total = (count: (audit: ContainerAudit) => number): number =>
      audits.reduce((sum, audit) => sum + count(audit), 0)
    return {
      emitted: total((audit) => audit.emitted),
      delivered: total((audit) => audit.delivered),
      missing: total((audit) => audit.missing),
      duplicated: total((audit) => audit.duplicated),
      outOfOrder: total((audit) => audit.outOfOrder),
      unexpected: total((audit) => audit.unexpected),
      examples: audits.flatMap((audit) => audit.faults()).slice(0, EXAMPLES),
    }
  }
}

class ContainerAudit {
  readonly #name: string
  readonly emitted: number
  delivered = 0
  duplicated = 0
  outOfOrder = 0
  unexpected = 0
  #highest = 0
  readonly #seen = new Set<number>()

  constructor(name: string, emitted: number) {
    this.#name = name
    this.emitted = emitted
  }

  get missing(): number {
    return this.emitted - this.#seen.size
  }

  saw(line: number): void {
    this.delivered += 1
    if (line < 1 || line > this.emitted) {
      this.unexpected += 1
    } else if (this.#seen.has(line)) {
      this.duplicated += 1
    } else {
      if (line < this.#highest) this.outOfOrder += 1
      this.#seen.add(line)
      this.#highest = Math.max(this.#highest, line)
    }
  }

  faults(): string[] {
    if (this.missing + this.duplicated + this.outOfOrder + this.unexpected === 0) return []
    const first = this.missing === 0 ? '' : `, first missing ${this.#firstMissing()}`
    return [
      `${this.#name}: ${this.missing} of ${this.emitted} missing${first}, ${this.duplicated} repeated, ` +
        `${this.outOfOrder} out of order, ${this.unexpected} never written`,
    ]
  }

  #firstMissing(): number {
    let line = 1
    while (this.#seen.has(line)) line += 1
    return line
  }
}

const EXAMPLES = 5
