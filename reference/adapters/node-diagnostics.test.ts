import { expect, test } from 'vitest'
import { z } from 'zod'
import { NodeDiagnostics } from './node-diagnostics.ts'

test('a profile names functions that ran, and an abort ends it', async () => {
  const diagnostics = new NodeDiagnostics()
  const profile = diagnostics.cpuProfile(100, { signal: new AbortController().signal })
  const timer = setInterval(function burn() {
    for (let n = 0; n < 1e6; n++) Math.sqrt(n)
  }, 1)
  const text = await profile
  clearInterval(timer)
  const { nodes } = z
    .object({ nodes: z.array(z.object({ callFrame: z.object({ functionName: z.string() }) })) })
    .parse(JSON.parse(text))
  expect(nodes.map(({ callFrame }) => callFrame.functionName)).toContain('burn')
  await expect(diagnostics.cpuProfile(60_000, { signal: AbortSignal.timeout(20) })).rejects.toThrow('timeout')
})
