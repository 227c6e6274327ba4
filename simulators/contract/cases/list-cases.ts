import { answer } from '../answer.ts'
import type { ContractCase } from '../contract-case.ts'
import { exit } from '../program.ts'
import type { Stage } from '../stage.ts'
import { inspectionOf, namesIn } from './observations.ts'

/** One in each state, created in this order: new, run, held, done (which exited with 3). */
async function oneOfEach(stage: Stage): Promise<void> {
  await stage.create({ labels: { kind: 'a' } }, 'new')
  await stage.start([], { labels: { kind: 'b', more: '' } }, 'run')
  await stage.start([], { labels: { kind: 'a=b' } }, 'held')
  await stage.do('pause', stage.name('held'))
  await stage.ran([exit(3)], {}, 'done')
  // A real engine's list is a moment behind.
  await stage.until('the list to know it', async () => {
    const ended = await namesIn(stage, { filters: { status: ['exited'] } })
    return Array.isArray(ended) && ended.length === 1
  })
}

/** Which containers a list shows, in which order. */
export const LIST_CASES: readonly ContractCase[] = [
  {
    name: 'a list shows what runs, newest first; with all everything',
    needs: ['lists'],
    observe: async (stage) => {
      await oneOfEach(stage)
      return [await namesIn(stage, {}), await namesIn(stage, { all: true })]
    },
    expected: [
      ['held', 'run'],
      ['done', 'held', 'run', 'new'],
    ],
  },
  {
    name: 'a limit shows the newest, running or not',
    needs: ['lists'],
    observe: async (stage) => {
      await oneOfEach(stage)
      return [await namesIn(stage, { limit: 1 }), await namesIn(stage, { limit: 3 })]
    },
    expected: [['done'], ['done', 'held', 'run']],
  },
  {
    name: 'a filter by state shows what is in it, running or not',
    needs: ['lists'],
    observe: async (stage) => {
      await oneOfEach(stage)
      const inState = async (...status: string[]): Promise<unknown> =>
        await namesIn(stage, { filters: { status } })
      return [
        await inState('created'),
        await inState('running'),
        await inState('paused'),
        await inState('exited'),
        await inState('exited', 'created'),
        await inState('dead'),
      ]
    },
    expected: [['new'], ['run'], ['held'], ['done'], ['done', 'new'], []],
  },
  {
    name: 'a filter by exit code shows what ended with it',
    needs: ['lists'],
    observe: async (stage) => {
      await oneOfEach(stage)
      const exited = async (code: string): Promise<unknown> =>
        await namesIn(stage, { all: true, filters: { exited: [code] } })
      return [await exited('3'), await exited('4')]
    },
    expected: [['done'], []],
  },
  {
    name: 'labels are wanted by key or by key and value, all of them',
    needs: ['lists'],
    observe: async (stage) => {
      await oneOfEach(stage)
      const labelled = async (...label: string[]): Promise<unknown> =>
        await namesIn(stage, { all: true, filters: { label } })
      return [
        await labelled('kind'),
        await labelled('kind=a'),
        await labelled('kind=a=b'),
        await labelled('kind', 'more'),
        await labelled('more='),
        await labelled('kind=a', 'kind=b'),
      ]
    },
    expected: [['held', 'run', 'new'], ['new'], ['held'], ['run'], ['run'], []],
  },
  {
    name: 'names are wanted as regular expressions, with their slash or without',
    needs: ['lists'],
    observe: async (stage) => {
      await oneOfEach(stage)
      const named = async (...name: string[]): Promise<unknown> =>
        await namesIn(stage, { all: true, filters: { name } })
      return [
        await named(stage.name('run')),
        await named(`/${stage.name('run')}`),
        await named(`^${stage.scope}(run|done)$`),
        await named(`^/${stage.scope}`),
        await named('ne', 'el'),
        await named('['),
      ]
    },
    expected: [
      ['run'],
      ['run'],
      ['done', 'run'],
      ['done', 'held', 'run', 'new'],
      ['done', 'held', 'new'],
      [],
    ],
  },
  {
    name: 'an id is wanted by its beginning',
    needs: ['lists'],
    observe: async (stage) => {
      await oneOfEach(stage)
      const id = String((await inspectionOf(stage, stage.name('run')))['Id'])
      const identified = async (...ids: string[]): Promise<unknown> =>
        await namesIn(stage, { all: true, filters: { id: ids } })
      return [await identified(id), await identified(id.slice(0, 20)), await identified('xyz')]
    },
    expected: [['run'], ['run'], []],
  },
  {
    name: 'what was created before or since another is wanted by it',
    needs: ['lists'],
    observe: async (stage) => {
      await oneOfEach(stage)
      return [
        await namesIn(stage, { all: true, filters: { before: [stage.name('held')] } }),
        await namesIn(stage, { all: true, filters: { since: [stage.name('run')] } }),
        await namesIn(stage, { filters: { since: [stage.name('new')] } }),
      ]
    },
    expected: [
      ['run', 'new'],
      ['done', 'held'],
      ['held', 'run'],
    ],
  },
  {
    name: 'a filter that there is not, and a state that there is not, are refused',
    needs: ['lists', 'requests'],
    observe: async (stage) => [
      await namesIn(stage, { filters: { nothing: ['x'] } }),
      await namesIn(stage, { filters: { status: ['lost'] } }),
    ],
    expected: (release: string) => [
      answer(400, release === '20.10' ? "Invalid filter 'nothing'" : "invalid filter 'nothing'"),
      answer(400, release === '20.10' ? "Invalid filter 'status=lost'" : "invalid filter 'status=lost'"),
    ],
  },
  {
    name: 'a list tells state and age of each',
    needs: ['lists'],
    observe: async (stage) => {
      await oneOfEach(stage)
      const found = await stage.arm.list({ all: true, filters: stage.own })
      return Array.isArray(found) && found.map(({ state, status }) => `${state}: ${status}`)
    },
    expected: [
      'exited: Exited (3) AGE ago',
      'paused: Up AGE (Paused)',
      'running: Up AGE',
      'created: Created',
    ],
  },
]
