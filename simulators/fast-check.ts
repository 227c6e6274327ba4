export { noLeaks, type NoLeaksOptions } from './fast-check/no-leaks.ts'
export { traceHash, type TraceHashOptions } from './fast-check/trace-hash.ts'
