import type { FuzzTarget } from './fuzz-target.ts'

const corpus = [Buffer.from('text')]
const kept: Buffer[] = []

/** Parsers with a fault each, for the test that such faults are seen. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  { name: 'right', reads: 'texts', corpus, tryInput: () => {} },
  {
    name: 'throws',
    reads: 'texts',
    corpus,
    tryInput: () => {
      throw new RangeError('Invalid array length')
    },
  },
  {
    name: 'hangs',
    reads: 'texts',
    corpus,
    tryInput: () => {
      for (;;);
    },
  },
  {
    name: 'grows',
    reads: 'texts',
    corpus,
    tryInput: () => void kept.push(Buffer.alloc(4 * 2 ** 20, 1)),
  },
]
