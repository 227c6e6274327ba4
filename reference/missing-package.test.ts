import { expect, test } from 'vitest'
import { missingPackage, packageNeeded } from './missing-package.ts'

test('a package that is not installed is named, another failure is not taken for that', () => {
  const name = 'a-package-nobody-has'

  const asNode = Object.assign(new Error(`Cannot find package '${name}' imported from /a.js`), {
    code: 'ERR_MODULE_NOT_FOUND',
  })

  expect(missingPackage(asNode)).toBe(name)
  expect(missingPackage(new Error(asNode.message))).toBeNull()
  expect(packageNeeded('run', name)).toBe(
    `Cannot run run: it needs the package ${name}, which is not installed with this one: npm install ${name}`,
  )
})
