import { expect, test } from 'vitest'
import { checkSmallScope } from './small-scope/small-scope.ts'

test.for([
  [1, 6],
  [2, 36],
  [3, 216],
] as const)(
  'every sequence of %i commands on one container ends with each line delivered once: %i',
  async ([length, cases]) => {
    expect(await checkSmallScope({ length, seed: SEED })).toEqual({ cases, failure: null })
  },
)

const SEED = 1
