import type { Random } from '../ports/random.ts'

/** The system's chance. */
export class NodeRandom implements Random {
  next(): number {
    return Math.random()
  }
}
