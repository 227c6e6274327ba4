/**
 * The reference collector for programs: `createCollector` on ports of one's own, such as those of `watertight/simulators`, or `productionCollector` on the real
 * machine.
 */
export { createCollector, type Collector } from './main.ts'
export { productionCollector } from './collect-command.ts'
export type * from './config/config.ts'
export { completeConfig, type PartialConfig } from './config/complete-config.ts'
export { loadConfig } from './config/load-config.ts'
export { parseConfig, type ParseOptions } from './config/parse-config.ts'
export { UsageError } from './usage-error.ts'
export * from './ports/index.ts'
export type { Health, HealthCheck } from './http/health.ts'
export type { LifecycleState } from './lifecycle/lifecycle.ts'
export type { MissedStep, StopReport } from './lifecycle/stop-sequence.ts'
export { FastifyHttpServer } from './adapters/fastify-http-server.ts'
export { readEngineTls, type EngineTls } from './adapters/engine-tls.ts'
export { HttpDockerEngine } from './adapters/http-docker-engine.ts'
export { NodeClock } from './adapters/node-clock.ts'
export { NodeFileSystem } from './adapters/node-file-system.ts'
export { NodeProcess } from './adapters/node-process.ts'
export { NodeRandom } from './adapters/node-random.ts'
export { pinoLogger, type ProcessLogger } from './adapters/pino-logger.ts'
export { acquireStateLock, type StateLock } from './adapters/state-lock.ts'
