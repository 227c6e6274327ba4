import { availableParallelism, loadavg } from 'node:os'

/** The load of the machine while something is measured: a machine with more to do than it can promises nothing. */
export class Load {
  /** The highest that was seen, as the machine averages it over a minute. */
  highest = 0

  look(): void {
    this.highest = Math.max(this.highest, loadavg()[0]!)
  }

  get isUnderCores(): boolean {
    return this.highest < availableParallelism()
  }

  /** What is allowed of a loss that only load excuses. */
  get allowed(): string {
    return this.isUnderCores ? '0' : `0 where the load stays under the cores; it was ${this.toString()}`
  }

  toString(): string {
    return `${this.highest.toFixed(1)} on ${availableParallelism()} cores`
  }
}
