import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

/**
 * For {@link file://./run-part.ts}: Vitest as Stryker runs it, in a copy of the project. Which tests run is Stryker's choice. There is one project, so that a
 * test has one name; seeds are pinned, or a mutant would be killed by chance.
 */
const config: ViteUserConfig = defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'mutation',
    include: ['{reference,property-tests}/**/*.test.ts'],
    setupFiles: ['property-tests/pinned-seed.ts'],
    // What a mutant makes hang ends soon in virtual time, or never.
    testTimeout: 20_000,
    isolate: false,
  },
})

export default config
