import { expect, test } from 'vitest'
import { Progress } from './progress.ts'

test('progress that nobody reads does not pile up', () => {
  const written: string[] = []
  const target = { writableNeedDrain: false, write: (text: string) => written.push(text) }
  const progress = new Progress(target, () => 0)
  progress.say('one')
  target.writableNeedDrain = true
  progress.say('two')
  target.writableNeedDrain = false
  progress.say('three')
  expect(written).toEqual(['one\n', 'three\n'])
})
