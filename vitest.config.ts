import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** Unit tests stand beside their file; property tests have a directory. Forks give every file a process, and real descriptors. */
const config: ViteUserConfig = defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
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
          include: ['property-tests/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
    ],
  },
})

export default config
