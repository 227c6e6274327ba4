import { configDefaults, defineConfig, type ViteUserConfig } from 'vitest/config'

/** Tests that take long, start processes or use real time and real descriptors throughout: `npm run test:integration`, and CI, run them. */
const INTEGRATION = [
  'property-tests/anomalies.property.test.ts',
  'property-tests/collector.scenarios.test.ts',
  'property-tests/collector.surroundings.test.ts',
  'property-tests/defects/defects-put-back.test.ts',
  'property-tests/determinism.property.test.ts',
  'property-tests/determinism/golden.test.ts',
  'property-tests/engine-calls.test.ts',
  'property-tests/leaks/node-test.test.ts',
  'property-tests/leaks/seeded-programs.test.ts',
  'property-tests/memory.test.ts',
  'property-tests/monitor-switch.property.test.ts',
  'property-tests/processes/process-pool.test.ts',
  'property-tests/real-handles.test.ts',
  'property-tests/reload-storm.test.ts',
  'reference/adapters/nats-jet-stream.test.ts',
  'reference/adapters/node-diagnostics.test.ts',
  'reference/adapters/process-watch.test.ts',
  'reference/adapters/streamed-reply.test.ts',
  'reference/anomalies/anomaly-detection.test.ts',
  'reference/anomalies/bounded-memory.test.ts',
  'reference/collect-command.test.ts',
  'reference/dispatch/away-sink.test.ts',
  'reference/dispatch/dead-letters/dead-letters.test.ts',
  'reference/dispatch/held-bytes.test.ts',
  'reference/docker/container-roster.test.ts',
  'reference/docker/rotation-while-catching-up.test.ts',
  'reference/docker/slow-reading.test.ts',
  'reference/docker/unreadable-log.test.ts',
  'reference/docker/stored/file-reading.test.ts',
  'reference/http/monitor-cycles.test.ts',
  'reference/http/page/status-page.test.ts',
  'reference/push/pushed-for-real.test.ts',
  'reference/reload/reload.test.ts',
  'scenarios/anomalies/accuracy.test.ts',
  'scenarios/docker/proxied-faults.test.ts',
  'scenarios/dockerd-command.test.ts',
  'scenarios/documents/documents-run.test.ts',
  'scenarios/engines/simulated.test.ts',
  'scenarios/engines/virtual.test.ts',
  'scenarios/museum/museum.test.ts',
  'scenarios/probes/process-tree.test.ts',
  'scenarios/proxy-command.test.ts',
  'scenarios/report/page/page-in-chromium.test.ts',
  'scenarios/run-interrupted.test.ts',
  'scenarios/subjects/nats-sink.test.ts',
  'scenarios/subjects/rsyslog.test.ts',
  'scenarios/subjects/subject-process.test.ts',
  'scenarios/subjects/subjects.test.ts',
  'scenarios/virtual-processes.test.ts',
  'simulators/contract/contract.test.ts',
  'simulators/contract/docker-command.test.ts',
  'simulators/daemon/docker/log-route.test.ts',
  'simulators/fast-check/no-leaks.test.ts',
  'simulators/file-system/contract/file-system-contract.test.ts',
  'simulators/leaks/leak-report.test.ts',
  'simulators/leaks/nothing-left-open.test.ts',
  'simulators/leaks/seeded-handles.test.ts',
  'simulators/leaks/seeded-objects.test.ts',
  'simulators/proxy/over-sockets/engine-proxy.test.ts',
  'simulators/proxy/over-sockets/proxied-faults.test.ts',
]
/** The same properties over many more cases: `npm run test:wide`. */
const WIDE = ['property-tests/*-wide.property.test.ts', 'property-tests/determinism/two-processes.test.ts']
/** That the suites fail where something is broken on purpose: each break is a run of a suite in a process. They run with those. */
const CAN_FAIL = ['property-tests/*-can-fail.test.ts']

/**
 * Unit tests stand beside their file; property tests have a directory. Forks have real descriptors. In `npm test` the files of a fork share what they
 * import, which takes longer to load than most files to run; so what they set outside themselves they undo. Integration tests have a process each.
 */
const config: ViteUserConfig = defineConfig({
  test: {
    pool: 'forks',
    setupFiles: ['property-tests/pinned-seed.ts'],
    // Vitest leaves one core free, of two that is half.
    maxWorkers: '100%',
    // Worlds are short-lived objects: with V8's default of 16 MiB a third of the processor time goes into collecting them.
    execArgv: ['--max-semi-space-size=64'],
    // Most tests run in virtual time: how long they take in real time says only how busy the machine is. So these limits only end what hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 60_000,
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
          exclude: [...configDefaults.exclude, ...INTEGRATION],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'properties',
          benchmark: { include: [] },
          include: ['property-tests/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...INTEGRATION, ...WIDE, ...CAN_FAIL],
          testTimeout: 180_000,
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          benchmark: { include: [] },
          include: [...INTEGRATION, ...CAN_FAIL],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'wide',
          benchmark: { include: [] },
          include: WIDE,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})

export default config
