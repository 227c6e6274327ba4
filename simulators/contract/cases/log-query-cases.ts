import type { ContractCase } from '../contract-case.ts'
import type { Stage } from '../stage.ts'
import { exit, out } from '../program.ts'

/** A log as text without the frames' headers, or the words of the refusal. */
async function ask(stage: Stage, web: string, query: string): Promise<unknown> {
  const { status, body } = await stage.arm.http('GET', `/containers/${web}/logs?${query}`)
  return [status, status === 200 ? body.match(/[a-z]/g)?.join('') : body]
}

const refusal = (words: string): string => `${JSON.stringify({ message: words })}\n`

/** Options as they are written in a request. */
export const LOG_QUERY_CASES: readonly ContractCase[] = [
  {
    name: 'a tail that is no number, or less than 0, is everything',
    needs: ['http'],
    observe: async (stage) => {
      const web = await stage.ran([out('a\n'), out('b\n'), exit(0)])
      return [
        await ask(stage, web, 'stdout=1&tail=nonsense'),
        await ask(stage, web, 'stdout=1&tail=-1'),
        await ask(stage, web, 'stdout=1&tail='),
        await ask(stage, web, 'stdout=1&tail=1.5'),
      ]
    },
    expected: [
      [200, 'ab'],
      [200, 'ab'],
      [200, 'ab'],
      [200, 'ab'],
    ],
  },
  {
    name: 'a since that is no number of seconds is refused',
    needs: ['http'],
    observe: async (stage) => {
      const web = await stage.ran([out('a\n'), exit(0)])
      return [
        await ask(stage, web, 'stdout=1&since=yesterday'),
        await ask(stage, web, 'stdout=1&since=2026-01-01T00:00:00Z'),
        await ask(stage, web, 'stdout=1&since=1.x'),
      ]
    },
    expected: [
      [500, refusal('strconv.ParseInt: parsing "yesterday": invalid syntax')],
      [500, refusal('strconv.ParseInt: parsing "2026-01-01T00:00:00Z": invalid syntax')],
      [500, refusal('strconv.ParseInt: parsing "x": invalid syntax')],
    ],
  },
  {
    name: 'an until that is no number of seconds is refused',
    needs: ['http'],
    observe: async (stage) => {
      const web = await stage.ran([out('a\n'), exit(0)])
      return await ask(stage, web, 'stdout=1&until=tomorrow')
    },
    expected: [500, refusal('strconv.ParseInt: parsing "tomorrow": invalid syntax')],
  },
  {
    name: 'since 0 and before is everything, and so is until 0',
    needs: ['http'],
    observe: async (stage) => {
      const web = await stage.ran([out('a\n'), out('b\n'), exit(0)])
      return [
        await ask(stage, web, 'stdout=1&since=0'),
        await ask(stage, web, 'stdout=1&since=-5'),
        await ask(stage, web, 'stdout=1&until=0'),
        await ask(stage, web, 'stdout=1&since=1'),
        await ask(stage, web, 'stdout=1&until=1'),
      ]
    },
    expected: [
      [200, 'ab'],
      [200, 'ab'],
      [200, 'ab'],
      [200, 'ab'],
      [200, undefined],
    ],
  },
  {
    name: 'a switch is on unless it is empty, 0, no, false or none',
    needs: ['http'],
    observe: async (stage) => {
      const web = await stage.ran([out('a\n'), exit(0)])
      const words = ['1', 'true', 'yes', 'on', 'False', 'NO', 'none', '0', '']
      const answers = await Promise.all(words.map((word) => ask(stage, web, `stderr=1&stdout=${word}`)))
      return answers
    },
    expected: [...[1, 2, 3, 4].map(() => [200, 'a']), ...[1, 2, 3, 4, 5].map(() => [200, undefined])],
  },
  {
    name: 'what a log is made of is told from API 1.42 on, and everything is raw to an older client',
    needs: ['http'],
    observe: async (stage) => {
      const web = await stage.ran([exit(0)])
      const shell = await stage.ran([exit(0)], { tty: true }, 'shell')
      const type = async (version: string, name: string): Promise<unknown> =>
        (await stage.arm.http('GET', `${version}/containers/${name}/logs?stdout=1`)).headers['content-type']
      return [await type('/v1.41', web), await type('', web), await type('', shell)]
    },
    expected: (release: string) =>
      release === '20.10'
        ? [undefined, undefined, undefined]
        : [
            'application/vnd.docker.raw-stream',
            'application/vnd.docker.multiplexed-stream',
            'application/vnd.docker.raw-stream',
          ],
  },
  {
    name: 'a log without any query is refused',
    needs: ['http'],
    observe: async (stage) => {
      const web = await stage.ran([exit(0)])
      const { status, headers, body } = await stage.arm.http('GET', `/containers/${web}/logs`)
      return [status, headers['content-type'], body]
    },
    expected: [400, 'application/json', refusal('Bad parameters: you must choose at least one stream')],
  },
]
