import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** Unit tests stand beside their file; property tests have a directory. Forks give every file a process, and real descriptors. */
const config: ViteUserConfig = defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'benchmarks',
          include: [],
          benchmark: { include: ['**/*.bench.ts'] },
          // As Node loads it: what is measured would otherwise reach each import through a getter.
          experimental: { viteModuleRunner: false },
        },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          benchmark: { include: [] },
          include: [
            'reference/**/*.test.ts',
            'simulators/**/*.test.ts',
            'scenarios/**/*.test.ts',
            '*.test.ts',
          ],
          testTimeout: 10_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'properties',
          benchmark: { include: [] },
          include: ['property-tests/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
    ],
  },
})

export default config
