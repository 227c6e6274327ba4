/** A request that both engines are asked. `{id}` in answers stands for the container's id. */
export interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
}

/** Every verb in every state, in an order that visits the states. */
export function verbQuestions(name: string): Question[] {
  const post = (verb: string): Question => ({ method: 'POST', path: `/containers/${name}/${verb}` })
  const remove = (query: string): Question => ({ method: 'DELETE', path: `/containers/${name}${query}` })
  return [
    post('start'),
    post('pause'),
    post('pause'),
    post('start'),
    post('unpause'),
    post('unpause'),
    post('kill?signal=FOO'),
    post('kill?signal=WINCH'),
    post('rename'),
    post(`rename?name=${name}`),
    remove(''),
    post('kill'),
    post('kill'),
    post('stop'),
    post('wait'),
    post('pause'),
    post('unpause'),
    post('restart?t=0'),
    post('stop?t=0'),
    remove(''),
    remove(''),
    post('start'),
    post('stop'),
    post('restart'),
    post('kill'),
    post('wait'),
    post('rename?name=other'),
    get(`/containers/${name}/json`),
    get(`/containers/${name}/logs`),
    get(`/containers/${name}/logs?stdout=1`),
    get('/nothing'),
    get('/containers/json?filters=%7B%22nothing%22%3A%5B%22x%22%5D%7D'),
    get('/containers/json?filters=%7B%22status%22%3A%5B%22x%22%5D%7D'),
  ]
}

function get(path: string): Question {
  return { method: 'GET', path }
}

/** Log options as a query, given the stamps of the messages there are. */
export type LogQuery = (stamps: readonly string[]) => string

/** Every combination of streams, stamps, tail and follow with since and until at, between and beyond messages. */
export function logQueries(): LogQuery[] {
  return STREAMS.flatMap((streams) =>
    TAILS.flatMap((tail) =>
      ['', '&timestamps=1'].flatMap((stamped) =>
        ['', '&follow=1'].flatMap((follow) =>
          times(tail).map(
            ({ since, until }): LogQuery =>
              (stamps) =>
                `${streams}${stamped}${follow}${tail}${moment('since', since, stamps)}${moment('until', until, stamps)}`,
          ),
        ),
      ),
    ),
  )
}

/** A moment: a text as it is, or so many nanoseconds behind a message. */
type Moment = string | { readonly message: number; readonly plus: number }

const STREAMS = ['stdout=1&stderr=1', 'stdout=1', 'stderr=true', 'stdout=0&stderr=0', '']
const TAILS = ['', '&tail=all', '&tail=0', '&tail=1', '&tail=3', '&tail=10', '&tail=-1', '&tail=x']
const MOMENTS: readonly Moment[] = [
  '',
  '0',
  '1',
  { message: 1, plus: 0 },
  { message: 1, plus: 1 },
  { message: 3, plus: 0 },
  '99999999999',
]

/** All pairs of moments; with a tail only those with one of the two. */
function times(tail: string): { since: Moment; until: Moment }[] {
  const pairs = MOMENTS.flatMap((since) => MOMENTS.map((until) => ({ since, until })))
  return tail === '' ? pairs : pairs.filter(({ since, until }) => since === '' || until === '')
}

function moment(key: string, at: Moment, stamps: readonly string[]): string {
  if (at === '') return ''
  if (typeof at === 'string') return `&${key}=${at}`
  const stamp = stamps[at.message]!
  const seconds = Date.parse(`${stamp.slice(0, 19)}Z`) / 1000
  const nanoseconds = Number(stamp.slice(20, 29)) + at.plus
  return `&${key}=${seconds}.${String(nanoseconds).padStart(9, '0')}`
}
