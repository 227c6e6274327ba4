import { format } from 'node:util'
import { registered, type RegisteredTest, type TestContext } from './registered-tests.ts'

/**
 * Takes the place of Vitest in a process that runs the same tests many times: what a file of tests registers is kept. `expect` is Vitest's own. Only what the
 * tests of this project use is here: what is missing fails when a file is loaded.
 */
type Body<T extends unknown[]> = (...args: [...T, TestContext]) => unknown
type Rest = readonly unknown[]

/** Of `test(title, body, timeout)` and `test(title, options, body)`. */
function bodyIn(rest: Rest): (...args: unknown[]) => unknown {
  const body = rest.find(isBody)
  if (body === undefined) throw new Error('A test without a body')
  return body
}

function isBody(argument: unknown): argument is (...args: unknown[]) => unknown {
  return typeof argument === 'function'
}

function single(title: string, ...rest: Rest): void {
  registered.add(title, bodyIn(rest))
}

/** @param spread whether a row that is an array is given as arguments */
function rows(table: Rest, spread: boolean, add: (title: string, body: Body<[]>) => void) {
  return (title: string, ...rest: Rest): void => {
    const body = bodyIn(rest)
    table.forEach((row, index) => {
      const args = Array.isArray(row) ? row : [row]
      add(titleOf(title, args, index), (context) =>
        spread ? body(...args) : body(row, ...(context === undefined ? [] : [context])),
      )
    })
  }
}

function titleOf(title: string, args: Rest, index: number): string {
  const [first] = args
  const filled = title.replaceAll('%#', String(index)).replaceAll(/\$(\w+)/g, (whole, key: string) => {
    const named = Object.entries(typeof first === 'object' ? (first ?? {}) : {}).find(
      ([name]) => name === key,
    )
    return named === undefined ? whole : String(named[1])
  })
  const count = filled.match(/%[sdifjoO]/g)?.length ?? 0
  return count === 0 ? filled : format(filled, ...args.slice(0, count))
}

const none = (): void => {}
const eachTest = (table: Rest) => rows(table, true, single)
const test = Object.assign(single, {
  each: eachTest,
  for: (table: Rest) => rows(table, false, single),
  skip: none,
  only: single,
  concurrent: single,
  runIf: (condition: unknown) => (condition ? single : none),
  skipIf: (condition: unknown) => (condition ? none : single),
})
const group = (title: string, ...rest: Rest): void => registered.addGroup(title, () => void bodyIn(rest)())
const describe = Object.assign(group, { each: (table: Rest) => rows(table, true, group), skip: none })

const beforeAll = (body: Body<[]>): number => registered.group.beforeAll.push(body)
const afterAll = (body: Body<[]>): number => registered.group.afterAll.push(body)
const beforeEach = (body: Body<[]>): number => registered.group.beforeEach.push(body)
const afterEach = (body: Body<[]>): number => registered.group.afterEach.push(body)

/** What is to be done once the test that runs now has ended, the last first. */
export const finishing: (() => unknown)[] = []
const onTestFinished = (body: () => unknown): number => finishing.push(body)

/** The test that runs now. */
export const current: { test: RegisteredTest | null } = { test: null }
/** What `@fast-check/vitest` asks of it. */
const TestRunner = {
  getCurrentTest: (): unknown => ({ suite: { filepath: current.test?.file }, context: {} }),
  getSuiteHooks: (): unknown => ({ beforeEach: [], afterEach: [] }),
  createTaskCollector: (): unknown => single,
}

// Vitest's `expect` asks for the state of its worker.
Object.assign(globalThis, {
  __vitest_worker__: { config: {}, ctx: {}, environment: {}, durations: {}, rpc: {}, metaEnv: process.env },
})
const { expect } = await import('vitest')

export {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test as it,
  onTestFinished,
  test,
  TestRunner,
}
