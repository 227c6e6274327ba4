import type { EventOptions, SeenEvent } from '../arm.ts'
import type { ContractCase } from '../contract-case.ts'
import { exit } from '../program.ts'
import { stampOfMs } from '../stamps.ts'
import type { Stage } from '../stage.ts'

/** An event in a line: its action, and its attributes but the image's and the name's. */
function brief({ action, attributes }: SeenEvent): string {
  const { image: _image, name: _name, execDuration, ...rest } = attributes
  const more = Object.entries(rest).filter(([key]) => !key.startsWith('watertight'))
  const duration = execDuration === undefined ? [] : ['execDuration=<seconds>']
  return [action, ...more.map(([key, value]) => `${key}=${value}`), ...duration].join(' ')
}

/** What happens to the case's own containers meanwhile, up to an action. */
async function eventsDuring(stage: Stage, last: string, act: () => Promise<unknown>): Promise<string[]> {
  const following = await stage.arm.events({ filters: stage.own })
  try {
    await act()
    const happened = (): string[] => following.seen.map(({ action }) => action)
    await stage.until(`the event ${last}`, () => happened().includes(last) && isComplete(happened()))
    return withDieBeforeStop(following.seen.map((event) => brief(event)))
  } finally {
    following.close()
  }
}

/** From 23.0 on `stop` may come before the `die` that caused it. */
function isComplete(actions: readonly string[]): boolean {
  return !actions.includes('stop') || actions.includes('die')
}

function withDieBeforeStop(lines: readonly string[]): string[] {
  const die = lines.findIndex((line) => line.startsWith('die'))
  if (lines[die - 1] !== 'stop') return [...lines]
  return [...lines.slice(0, die - 1), lines[die]!, 'stop', ...lines.slice(die + 1)]
}

/** Everything that happened to the case's own containers. */
async function history(stage: Stage, options: EventOptions): Promise<string[]> {
  const until = stampOfMs(stage.arm.now() - 1)
  const following = await stage.arm.events({
    until,
    ...options,
    filters: { ...stage.own, ...options.filters },
  })
  await stage.until('the end of the events', () => following.ended)
  following.close()
  return following.seen.map((event) => brief(event))
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

/** What a die event adds from 23.0 on. */
const lasted = (release: string): string => (release === '20.10' ? '' : ' execDuration=<seconds>')

/** What is told of what happens. */
export const EVENT_CASES: readonly ContractCase[] = [
  {
    name: 'the events of a container that starts and ends by itself',
    observe: async (stage) => await eventsDuring(stage, 'die', async () => await stage.ran([exit(3)])),
    expected: (release: string) => ['create', 'start', `die exitCode=3${lasted(release)}`],
  },
  {
    name: 'the events of a stop, the last two in either order',
    observe: async (stage) => {
      const web = await stage.start()
      return await eventsDuring(stage, 'stop', async () => await stage.do('stop', web))
    },
    expected: (release: string) => ['kill signal=15', `die exitCode=143${lasted(release)}`, 'stop'],
  },
  {
    name: 'the events of a kill',
    observe: async (stage) => {
      const web = await stage.start()
      return await eventsDuring(stage, 'die', async () => await stage.do('kill', web))
    },
    expected: (release: string) => ['kill signal=9', `die exitCode=137${lasted(release)}`],
  },
  {
    name: 'a signal that nobody minds is an event of its own',
    observe: async (stage) => {
      const web = await stage.start()
      return await eventsDuring(stage, 'kill', async () => await stage.do('kill', web, { signal: 'WINCH' }))
    },
    expected: ['kill signal=28'],
  },
  {
    name: 'the events of a restart',
    observe: async (stage) => {
      const web = await stage.start()
      return await eventsDuring(stage, 'restart', async () => await stage.do('restart', web))
    },
    expected: (release: string) => [
      'kill signal=15',
      `die exitCode=143${lasted(release)}`,
      'stop',
      'start',
      'restart',
    ],
  },
  {
    name: 'the events of a pause, an unpause and a renaming, which tells the old name',
    observe: async (stage) => {
      const web = await stage.start()
      stage.adopt('app')
      const lines = await eventsDuring(stage, 'rename', async () => {
        await stage.do('pause', web)
        await stage.do('unpause', web)
        await stage.do('rename', web, { name: stage.name('app') })
      })
      // A real engine now and then tells a pause and an unpause twice.
      return [...new Set(lines)]
    },
    expected: ['pause', 'unpause', 'rename oldName=/web'],
  },
  {
    name: 'the events of a removal by force',
    observe: async (stage) => {
      const web = await stage.start()
      return await eventsDuring(stage, 'destroy', async () => await stage.do('remove', web, { force: true }))
    },
    expected: (release: string) => ['kill signal=9', `die exitCode=137${lasted(release)}`, 'destroy'],
  },
  {
    name: 'the events of a container that is gone with its end',
    observe: async (stage) =>
      await eventsDuring(stage, 'destroy', async () => await stage.start([exit(0)], { autoRemove: true })),
    expected: (release: string) => ['create', 'start', `die exitCode=0${lasted(release)}`, 'destroy'],
  },
  {
    name: 'an event has the labels, the image and the name of its container',
    observe: async (stage) => {
      const following = await stage.arm.events({ filters: stage.own })
      await stage.create({ labels: { colour: 'blue' } })
      await stage.until('an event', () => following.seen.length > 0)
      following.close()
      return following.seen
    },
    expected: [
      {
        action: 'create',
        id: 'ID',
        attributes: { colour: 'blue', image: 'watertight-contract:1', name: 'web' },
      },
    ],
  },
  {
    name: 'events that were are told again, from a moment and up to one',
    needs: ['history'],
    observe: async (stage) => {
      const before = stampOfMs(stage.arm.now())
      await stage.arm.sleep(20)
      const web = await stage.create()
      await stage.arm.sleep(20)
      const between = stampOfMs(stage.arm.now())
      await stage.arm.sleep(20)
      await stage.do('remove', web)
      await stage.arm.sleep(20)
      return [
        await history(stage, { since: before }),
        await history(stage, { since: between }),
        await history(stage, { since: before, until: between }),
      ]
    },
    expected: [['create', 'destroy'], ['destroy'], ['create']],
  },
  {
    name: 'events are wanted by action, by container and by type',
    needs: ['history'],
    observe: async (stage) => {
      const since = stampOfMs(stage.arm.now() - 1)
      const [web, app] = [await stage.ran([exit(0)]), await stage.create({}, 'app')]
      await stage.arm.sleep(20)
      const wanted = async (filters: Readonly<Record<string, string[]>>): Promise<string[]> =>
        (await history(stage, { since, filters })).map((line) => line.split(' ')[0]!)
      return [
        await wanted({ event: ['die'] }),
        await wanted({ event: ['create', 'start'] }),
        await wanted({ container: [app] }),
        await wanted({ container: [web], event: ['start', 'stop'] }),
        await wanted({ type: ['network'] }),
        await wanted({ type: ['container'], event: ['create'] }),
        await wanted({ image: ['watertight-contract:1'], event: ['create'] }),
        await wanted({ image: ['watertight-contract'], event: ['create'] }),
        await wanted({ image: ['other'] }),
      ]
    },
    expected: [
      ['die'],
      ['create', 'start', 'create'],
      ['create'],
      ['start'],
      [],
      ['create', 'create'],
      ['create', 'create'],
      ['create', 'create'],
      [],
    ],
  },
  {
    name: 'events of a container are wanted by its id, by its name, and by the beginning of either',
    needs: ['history'],
    observe: async (stage) => {
      const since = stampOfMs(stage.arm.now() - 1)
      const web = await stage.create()
      const found = await stage.arm.list({ all: true, filters: stage.own })
      const id = Array.isArray(found) ? found[0]!.id : ''
      await stage.arm.sleep(20)
      const of = async (container: string): Promise<string[]> =>
        await history(stage, { since, filters: { container: [container] } })
      return [await of(web), await of(id), await of(web.slice(0, -1)), await of(id.slice(0, 12))]
    },
    expected: [['create'], ['create'], ['create'], ['create']],
  },
  {
    name: 'events end at a moment to come',
    needs: ['history'],
    observe: async (stage) => {
      const until = stampOfMs(stage.arm.now() + 1500)
      const following = await stage.arm.events({ until, filters: stage.own })
      await stage.create()
      await stage.until('the end of the events', () => following.ended)
      return following.seen.map((event) => brief(event))
    },
    expected: ['create'],
  },
  {
    name: 'an event as it is written',
    needs: ['http'],
    observe: async (stage) => {
      await stage.create()
      await stage.arm.sleep(20)
      const filters = encodeURIComponent(JSON.stringify(stage.own))
      const window = `since=${seconds(stage.arm.now() - 5000)}&until=${seconds(stage.arm.now())}`
      const { headers, body } = await stage.arm.http('GET', `/events?${window}&filters=${filters}`)
      const event: Record<string, unknown> = JSON.parse(body)
      const { time, timeNano } = event
      const sameMoment = Math.floor(Number(timeNano) / 1e9) === time
      return [headers['content-type'], { ...event, time: sameMoment, timeNano: typeof timeNano }]
    },
    expected: [
      'application/json',
      {
        status: 'create',
        id: 'ID',
        from: 'watertight-contract:1',
        Type: 'container',
        Action: 'create',
        Actor: { ID: 'ID', Attributes: { image: 'watertight-contract:1', name: 'web' } },
        scope: 'local',
        time: true,
        timeNano: 'number',
      },
    ],
  },
  {
    name: 'a moment that is none, and filters that are none, are refused',
    needs: ['http'],
    observe: async (stage) => {
      const ask = async (query: string): Promise<unknown> => {
        const { status, body } = await stage.arm.http('GET', `/events?${query}`)
        return [status, body]
      }
      return [await ask('since=x'), await ask('until=x'), await ask('filters=x&until=1')]
    },
    expected: (release: string) => [
      [500, '{"message":"strconv.ParseInt: parsing \\"x\\": invalid syntax"}\n'],
      [500, '{"message":"strconv.ParseInt: parsing \\"x\\": invalid syntax"}\n'],
      release === '20.10'
        ? [500, '{"message":"invalid character \'x\' looking for beginning of value"}\n']
        : [400, '{"message":"invalid filter"}\n'],
    ],
  },
]
