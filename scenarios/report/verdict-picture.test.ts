import { expect, test } from 'vitest'
import { steady } from '../observations.test-support.ts'
import { result } from './report.test-support.ts'
import { reportOf } from './run-report.ts'
import { verdictPicture } from './verdict-picture.ts'

test('the picture says what was run, what was found, and what the subject is good for', () => {
  const svg = verdictPicture(reportOf([result({ series: { tasks: steady(3) } }), result()]))
  const texts = [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text)
  expect(texts).toContain('watertight: 2 of 2 phases passed')
  expect(texts.filter((text) => text === 'passed')).toHaveLength(2)
  expect(texts.at(-1)).toBe('reference: leaks no, hangs not shown, loses not shown, repeats not shown')
  expect(svg).not.toMatch(/href|url\(/)
})
