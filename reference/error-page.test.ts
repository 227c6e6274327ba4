import { expect, test } from 'vitest'
import { errorPage } from './error-page.ts'

test('docs/errors.md explains every code that there is; npm run docs writes it', async () => {
  await expect(errorPage()).toMatchFileSnapshot('../docs/errors.md')
})
