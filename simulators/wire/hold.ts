/** A request that is held back until everyone who holds it has let go. */
export class Hold {
  #holders: number

  constructor(holders: number) {
    this.#holders = holders
  }

  get released(): boolean {
    return this.#holders <= 0
  }

  /** One of those who hold it lets go. */
  release(): void {
    this.#holders -= 1
  }
}
