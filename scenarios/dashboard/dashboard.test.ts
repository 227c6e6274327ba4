import { expect, test } from 'vitest'
import { dashboard } from './dashboard.ts'

test('reference/operations/dashboard.json is what the code makes; npm run docs writes it', async () => {
  const text = `${JSON.stringify(dashboard(), null, 2)}\n`
  await expect(text).toMatchFileSnapshot('../../reference/operations/dashboard.json')
})
