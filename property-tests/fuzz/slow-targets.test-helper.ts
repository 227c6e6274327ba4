import { setTimeout as delay } from 'node:timers/promises'
import type { FuzzTarget } from './fuzz-target.ts'

await delay(2500)

/** A parser that is right, in a module that takes long to load, as all do on a machine that is busy. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  { name: 'right', reads: 'texts', corpus: [Buffer.from('text')], tryInput: () => {} },
]
