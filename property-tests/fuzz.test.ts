import { describe, expect, test } from 'vitest'
import { SeededRandom } from '../simulators/index.ts'
import { fuzz } from './fuzz/fuzz.ts'
import type { FuzzTarget } from './fuzz/fuzz-target.ts'
import { KNOWN_INPUTS } from './fuzz/known-inputs.ts'
import { FUZZ_TARGETS } from './fuzz/targets.ts'

const SEED = 20_260_101
const INPUTS = 150
/** What can vary beside the input is drawn so often. */
const DRAWS = 8

describe.each(FUZZ_TARGETS)('$name', (target) => {
  test('takes or refuses whatever is almost right, as it promises', async () => {
    expect(await fuzz(target, { seed: SEED, from: 0, inputs: INPUTS })).toBeNull()
  })

  test('takes or refuses what once was a fault', async () => {
    for (const input of KNOWN_INPUTS[target.name] ?? []) {
      for (let draw = 0; draw < DRAWS; draw++) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await target.tryInput(Buffer.from(input, 'latin1'), new SeededRandom(draw))
      }
    }
  })
})

test('known inputs are those of parsers that are there', () => {
  const names = FUZZ_TARGETS.map(({ name }) => name)
  expect(Object.keys(KNOWN_INPUTS).filter((name) => !names.includes(name))).toEqual([])
})

test('a parser that fails is told with the input, which is the same each time', async () => {
  const broken: FuzzTarget = {
    name: 'broken',
    reads: 'texts',
    corpus: [Buffer.from('{"a": 1}')],
    words: ['bad'],
    tryInput: (input) => {
      if (Buffer.from(input).includes('bad')) throw new TypeError('Cannot read properties of undefined')
    },
  }
  const failure = await fuzz(broken, { seed: 1, from: 0, inputs: 1000 })
  expect(failure).toMatchObject({ target: 'broken', error: expect.any(TypeError) })
  const again = await fuzz(broken, { seed: 1, from: failure!.at, inputs: 1 })
  expect(again?.input).toEqual(failure!.input)
})
