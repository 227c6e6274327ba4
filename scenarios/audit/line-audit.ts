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
  /** Lines that nobody wrote: with a number that was never written, or which are no numbered line of any container. */
  readonly unexpected: number
  /** Of the missing lines, those that the engine had sent to the subject: read, and not delivered. `null` where that was not seen. */
  readonly missingRead: number | null
  /** A sentence for some of the containers with a fault. */
  readonly examples: readonly string[]
}

/** Compares the numbers of the lines found with those written, container by container. */
export class LineAudit {
  readonly #containers = new Map<string, ContainerAudit>()
  readonly #countsOthers: boolean
  #others = 0
  readonly #examples: string[] = []

  /**
   * @param emitted number of the last line each container has written, by its name.
   * @param options.countOthers whether what is no line of these containers counts as written by nobody. Not where a subject may follow others.
   */
  constructor(emitted: ReadonlyMap<string, number>, { countOthers = false }: LineAuditOptions = {}) {
    this.#countsOthers = countOthers
    for (const [name, last] of emitted) this.#containers.set(name, new ContainerAudit(name, last))
  }

  /** A line was found. Call it in the order of the output. */
  saw(container: string, line: number): void {
    const audit = this.#containers.get(container)
    if (audit === undefined) this.sawOther(`${container} ${line}`)
    else audit.saw(line)
  }

  /** Something was found that is no numbered line. */
  sawOther(text: string): void {
    if (!this.#countsOthers) return
    this.#others += 1
    if (this.#examples.length < EXAMPLES_OF_OTHERS)
      this.#examples.push(`nobody wrote: ${JSON.stringify(text.slice(0, EXAMPLE_LENGTH))}`)
  }

  /** @param wasRead whether a line was sent to the subject; `null` where that was not seen */
  counts(wasRead: WasRead | null = null): LineCounts {
    const audits = [...this.#containers.values()]
    const total = (count: (audit: ContainerAudit) => number): number =>
      audits.reduce((sum, audit) => sum + count(audit), 0)
    return {
      emitted: total((audit) => audit.emitted),
      delivered: total((audit) => audit.delivered) + this.#others,
      missing: total((audit) => audit.missing),
      duplicated: total((audit) => audit.duplicated),
      outOfOrder: total((audit) => audit.outOfOrder),
      unexpected: total((audit) => audit.unexpected) + this.#others,
      missingRead: wasRead && total((audit) => audit.missingRead(wasRead)),
      examples: [...this.#examples, ...audits.flatMap((audit) => audit.faults(wasRead)).slice(0, EXAMPLES)],
    }
  }
}

export type WasRead = (container: string, line: number) => boolean

export interface LineAuditOptions {
  /** Default false. */
  readonly countOthers?: boolean
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

  missingRead(wasRead: WasRead): number {
    let count = 0
    if (this.missing > 0)
      for (let line = 1; line <= this.emitted; line++)
        if (!this.#seen.has(line) && wasRead(this.#name, line)) count += 1
    return count
  }

  faults(wasRead: WasRead | null): string[] {
    if (this.missing + this.duplicated + this.outOfOrder + this.unexpected === 0) return []
    const read = wasRead === null ? '' : `, ${this.missingRead(wasRead)} of them read`
    const first = this.missing === 0 ? '' : `${read}, first missing ${this.#firstMissing()}`
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

/** Containers with a fault that are named. */
const EXAMPLES = 5
const EXAMPLES_OF_OTHERS = 3
const EXAMPLE_LENGTH = 80
