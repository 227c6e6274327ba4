import { writeFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { Allowance } from './processor-limit.ts'

/** A thread that looks how much of the processor a test uses; see {@link file://./processor-limit.ts}. */
let allowed: Allowance = null
let before = process.cpuUsage()

parentPort?.on('message', (allowance: Allowance) => {
  allowed = allowance
  before = process.cpuUsage()
})

setInterval(() => {
  if (allowed === null) return
  const { user, system } = process.cpuUsage(before)
  if (user + system <= allowed.microseconds) return
  writeFileSync(String(workerData), allowed.mutant)
  process.kill(process.pid, 'SIGKILL')
}, 100)
