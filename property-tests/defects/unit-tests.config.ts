import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** For {@link file://./unit-suite.ts}. Node loads the modules itself, so that its hooks can put a defect into them. */
const config: ViteUserConfig = defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'defects',
    include: ['property-tests/defects/unit-tests.ts'],
    pool: 'forks',
    setupFiles: ['property-tests/pinned-seed.ts'],
    experimental: { viteModuleRunner: false },
    // How long it takes in real time says how busy the machine is: this only ends what hangs.
    testTimeout: 60_000,
    // What a defect left pending may fail later: what counts is how the tests ended.
    dangerouslyIgnoreUnhandledErrors: true,
  },
})

export default config
