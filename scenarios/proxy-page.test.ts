import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parseScenario, PROXY_FAULTS, RecordingReader } from '../simulators/index.ts'

const page = await readFile(new URL('../docs/proxy.md', import.meta.url), 'utf8')

test('the scenario on the page about the proxy is one', () => {
  const [, scenario] = /```yaml\n([^]*?)```/.exec(page)!
  expect(parseScenario(scenario!, 'docs/proxy.md', PROXY_FAULTS, 'any').timeline).toHaveLength(3)
})

test('the recording on it is one', () => {
  const reader = new RecordingReader()
  const [, lines] = /```jsonl\n([^]*?)```/.exec(page)!
  for (const line of lines!.trimEnd().split('\n')) reader.add(line)
  expect(reader.end().exchanges).toMatchObject([
    { method: 'GET', target: '/v1.41/containers/json?all=1', end: { how: 'complete' } },
  ])
})
