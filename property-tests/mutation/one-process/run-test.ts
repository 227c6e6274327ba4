import { groupsOf, type Group, type RegisteredTest } from './registered-tests.ts'
import { current, finishing } from './vitest-stand-in.ts'

/** Why a test did not pass. */
export interface TestFailure {
  readonly message: string
  /** It did not end: what it left behind may go on, so the process is of no use any more. */
  readonly hangs: boolean
}

/** Errors that nobody handled since the last test; whoever runs tests adds to it. */
export const unhandled: unknown[] = []
const prepared = new Set<Group>()

/** What is made once for a group of tests is made anew from here. */
export function forgetPreparations(): void {
  prepared.clear()
}

/** Runs one test with its hooks. @returns null when it passed */
export async function runTest(test: RegisteredTest): Promise<TestFailure | null> {
  unhandled.length = 0
  current.test = test
  const { promise: idle, resolve } = Promise.withResolvers<'idle'>()
  const timer = watchForIdleness(() => resolve('idle'))
  try {
    if ((await Promise.race([withHooks(test), idle])) === 'idle')
      return { message: 'It waits for what does not come', hangs: true }
    // What was rejected and is not handled is told after the micro-tasks.
    await new Promise((done) => setImmediate(done))
    return unhandled.length === 0 ? null : failure(unhandled[0])
  } catch (error) {
    return failure(error)
  } finally {
    clearInterval(timer)
    current.test = null
  }
}

async function withHooks(test: RegisteredTest): Promise<void> {
  const context = { task: { name: test.name } }
  const groups = groupsOf(test.group)
  const hooks = groups.flatMap((group) => {
    const first = !prepared.has(group)
    prepared.add(group)
    return [...(first ? group.beforeAll : []), ...group.beforeEach]
  })
  try {
    for (const hook of hooks) await hook(context)
    await test.body(context)
  } finally {
    for (const group of groups.toReversed()) for (const hook of group.afterEach) await hook(context)
    for (let end = finishing.pop(); end !== undefined; end = finishing.pop()) await end()
  }
}

function failure(error: unknown): TestFailure {
  return { message: error instanceof Error ? `${error.name}: ${error.message}` : String(error), hangs: false }
}

/**
 * What waits in virtual time never waits for real time, or for a moment only. How long a test takes says only how busy the machine is, so what counts is how
 * long the process had nothing to do. One that is never idle is ended by Stryker.
 */
function watchForIdleness(onIdle: () => void): NodeJS.Timeout {
  const start = performance.eventLoopUtilization()
  return setInterval(() => {
    if (performance.eventLoopUtilization(start).idle > IDLE_MAX_MS) onIdle()
  }, 500)
}

const IDLE_MAX_MS = 2000
