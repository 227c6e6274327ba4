/** The only source of chance: jitter is seeded in the virtual world and the system's in production. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
}
