import { expect, test } from 'vitest'
import { checkSmallScope } from './small-scope/small-scope.ts'

test('every sequence of 4 commands on one container ends with each line delivered once', async () => {
  expect(await checkSmallScope({ length: 4, seed: 1 })).toEqual({ cases: 1296, failure: null })
})
