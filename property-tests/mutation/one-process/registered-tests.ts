/** A function of a test or a hook. */
type Body = (context: TestContext) => unknown

/** What a test is given; the rest of what Vitest gives is not used by the tests of this project. */
export interface TestContext {
  readonly task: { readonly name: string }
}

export interface Group {
  readonly parent: Group | null
  readonly title: string
  readonly beforeAll: Body[]
  readonly afterAll: Body[]
  readonly beforeEach: Body[]
  readonly afterEach: Body[]
}

export interface RegisteredTest {
  /** Path from the project's root, `#`, and its titles: what Stryker calls it. */
  readonly id: string
  readonly file: string
  readonly name: string
  readonly group: Group
  readonly body: Body
}

/** What the test files registered when they were loaded. */
export class RegisteredTests {
  readonly all: RegisteredTest[] = []
  #file = ''
  #group: Group = newGroup(null, '')

  /** Loads a file of tests. */
  async load(file: string, run: () => Promise<unknown>): Promise<void> {
    this.#file = file
    this.#group = newGroup(null, '')
    await run()
  }

  get group(): Group {
    return this.#group
  }

  add(title: string, body: Body): void {
    const name = [...titlesOf(this.#group), title].join(' > ')
    this.all.push({ id: `${this.#file}#${name}`, file: this.#file, name, group: this.#group, body })
  }

  /** @param fill registers the tests of the group */
  addGroup(title: string, fill: () => void): void {
    const outer = this.#group
    this.#group = newGroup(outer, title)
    try {
      fill()
    } finally {
      this.#group = outer
    }
  }
}

/** The groups around a test, the outermost first. */
export function groupsOf(group: Group): Group[] {
  return group.parent === null ? [group] : [...groupsOf(group.parent), group]
}

function titlesOf(group: Group): string[] {
  return groupsOf(group)
    .map(({ title }) => title)
    .slice(1)
}

function newGroup(parent: Group | null, title: string): Group {
  return { parent, title, beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] }
}

/** The tests of this process. */
export const registered: RegisteredTests = new RegisteredTests()
