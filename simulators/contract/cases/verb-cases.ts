import { answer } from '../answer.ts'
import type { ContractCase } from '../contract-case.ts'
import { exit, gate } from '../program.ts'
import { stateOf } from './observations.ts'

/** What changes a container, and what is refused. */
export const VERB_CASES: readonly ContractCase[] = [
  {
    name: 'a start starts, and a second one changes nothing',
    needs: ['statuses'],
    observe: async (stage) => {
      const web = await stage.create()
      return [await stage.arm.act('start', web), await stage.arm.act('start', web)]
    },
    expected: [answer(204), answer(304)],
  },
  {
    name: 'a stop ends with the exit code of the signal, and a second one changes nothing',
    needs: ['statuses'],
    observe: async (stage) => {
      const web = await stage.start()
      const stops = [await stage.arm.act('stop', web), await stage.arm.act('stop', web)]
      return [...stops, await stateOf(stage, web)]
    },
    expected: [answer(204), answer(304), 'exited 143'],
  },
  {
    name: 'a container that was never started is stopped without a change',
    needs: ['statuses'],
    observe: async (stage) => {
      const web = await stage.create()
      return [await stage.arm.act('stop', web), await stateOf(stage, web)]
    },
    expected: [answer(304), 'created 0'],
  },
  {
    name: 'a kill ends at once, and is refused where nothing runs',
    needs: ['requests'],
    observe: async (stage) => {
      const web = await stage.start()
      const first = await stage.arm.act('kill', web)
      await stage.arm.act('wait', web)
      return [first, await stateOf(stage, web), await stage.arm.act('kill', web)]
    },
    expected: (release: string) => [
      answer(204),
      'exited 137',
      answer(
        409,
        release === '20.10'
          ? 'Cannot kill container: web: Container ID is not running'
          : 'cannot kill container: web: container ID is not running',
      ),
    ],
  },
  {
    name: 'a signal that nobody minds changes nothing',
    observe: async (stage) => {
      const web = await stage.start()
      await stage.do('kill', web, { signal: 'WINCH' })
      await stage.do('kill', web, { signal: 'SIGWINCH' })
      await stage.do('kill', web, { signal: '28' })
      return await stateOf(stage, web)
    },
    expected: 'running 0',
  },
  {
    name: 'a signal that there is not is refused',
    needs: ['requests'],
    observe: async (stage) => {
      const web = await stage.start()
      return [
        await stage.arm.act('kill', web, { signal: 'FOO' }),
        await stage.arm.act('kill', web, { signal: '99' }),
        await stateOf(stage, web),
      ]
    },
    expected: (release: string) =>
      release === '20.10'
        ? [
            answer(400, 'Invalid signal: FOO'),
            answer(500, 'Cannot kill container: web: The linux daemon does not support signal 99'),
            'running 0',
          ]
        : [
            answer(400, 'cannot kill container: web: invalid signal: FOO'),
            answer(400, 'cannot kill container: web: the linux daemon does not support signal 99'),
            'running 0',
          ],
  },
  {
    name: 'a pause holds until the unpause, and neither can be had twice',
    needs: ['requests'],
    observe: async (stage) => {
      const web = await stage.start()
      const { arm } = stage
      return [
        await arm.act('pause', web),
        await stateOf(stage, web),
        await arm.act('pause', web),
        await arm.act('start', web),
        await arm.act('unpause', web),
        await stateOf(stage, web),
        await arm.act('unpause', web),
      ]
    },
    expected: [
      answer(204),
      'paused 0',
      answer(409, 'Container ID is already paused'),
      answer(409, 'cannot start a paused container, try unpause instead'),
      answer(204),
      'running 0',
      answer(500, 'Container ID is not paused'),
    ],
  },
  {
    name: 'what does not run cannot be paused or unpaused',
    needs: ['requests'],
    observe: async (stage) => {
      const web = await stage.create()
      return [await stage.arm.act('pause', web), await stage.arm.act('unpause', web)]
    },
    expected: (release: string) => [
      answer(409, release === '20.10' ? 'Container ID is not running' : 'container ID is not running'),
      answer(500, 'Container ID is not paused'),
    ],
  },
  {
    name: 'a paused container can be stopped and killed',
    observe: async (stage) => {
      const [web, app] = [await stage.start(), await stage.start([], {}, 'app')]
      await stage.do('pause', web)
      await stage.do('pause', app)
      await stage.do('stop', web)
      await stage.do('kill', app)
      await stage.do('wait', app)
      return [await stateOf(stage, web), await stateOf(stage, app)]
    },
    expected: ['exited 143', 'exited 137'],
  },
  {
    name: 'a restart starts anew what runs and what does not',
    needs: ['statuses'],
    observe: async (stage) => {
      const [web, app] = [await stage.start(), await stage.create({}, 'app')]
      return [
        await stage.arm.act('restart', web),
        await stateOf(stage, web),
        await stage.arm.act('restart', app),
        await stateOf(stage, app),
      ]
    },
    expected: [answer(204), 'running 0', answer(204), 'running 0'],
  },
  {
    name: 'a container that ended can be started again, and is as new',
    observe: async (stage) => {
      const web = await stage.create({ program: [gate, exit(7)] })
      const states: unknown[] = []
      for (const _run of [1, 2]) {
        // oxlint-disable-next-line no-await-in-loop -- one run after the other
        await stage.do('start', web)
        // oxlint-disable-next-line no-await-in-loop
        states.push(await stateOf(stage, web))
        // oxlint-disable-next-line no-await-in-loop
        await stage.openGate(web)
        // oxlint-disable-next-line no-await-in-loop
        await stage.do('wait', web)
        // oxlint-disable-next-line no-await-in-loop
        states.push(await stateOf(stage, web))
      }
      return states
    },
    expected: ['running 0', 'exited 7', 'running 0', 'exited 7'],
  },
  {
    name: 'a container that runs is removed by force only',
    needs: ['requests'],
    observe: async (stage) => {
      const web = await stage.start()
      return [await stage.arm.act('remove', web), await stage.arm.act('remove', web, { force: true })]
    },
    expected: (release: string) => [
      answer(
        409,
        release === '20.10'
          ? 'You cannot remove a running container ID. Stop the container before attempting removal or force remove'
          : 'cannot remove container "/web": container is running: stop the container before removing or force remove',
      ),
      answer(204),
    ],
  },
  {
    name: 'a paused container is removed by force only',
    needs: ['requests'],
    observe: async (stage) => {
      const web = await stage.start()
      await stage.do('pause', web)
      return [await stage.arm.act('remove', web), await stage.arm.act('remove', web, { force: true })]
    },
    expected: (release: string) => [
      answer(
        409,
        release === '20.10'
          ? 'You cannot remove a paused container ID. Unpause and then stop the container before attempting removal or force remove'
          : 'cannot remove container "/web": container is paused and must be unpaused first',
      ),
      answer(204),
    ],
  },
  {
    name: 'a signal wakes what is paused',
    observe: async (stage) => {
      const web = await stage.start()
      await stage.do('pause', web)
      await stage.do('kill', web, { signal: 'WINCH' })
      await stage.until('the end of the pause', async () => (await stateOf(stage, web)) === 'running 0')
      return await stateOf(stage, web)
    },
    expected: 'running 0',
  },
  {
    name: 'what ended, and what was never started, is removed without more ado',
    observe: async (stage) => {
      await stage.do('remove', await stage.ran([exit(0)]))
      await stage.do('remove', await stage.create({}, 'app'))
      return await stage.arm.list({ all: true, filters: stage.own })
    },
    expected: [],
  },
  {
    name: 'a container is gone with its end when it was created so',
    observe: async (stage) => {
      const web = await stage.start([exit(0)], { autoRemove: true })
      await stage.until('its removal', async () => {
        const left = await stage.arm.list({ all: true, filters: stage.own })
        return Array.isArray(left) && left.length === 0
      })
      return (await stage.arm.act('remove', web)).words !== '' || 'still there'
    },
    expected: true,
  },
  {
    name: 'a verb for no container is refused',
    needs: ['requests'],
    observe: async (stage) => {
      const none = stage.name('none')
      const verbs = ['start', 'stop', 'restart', 'kill', 'pause', 'unpause', 'wait', 'remove'] as const
      return await Promise.all(verbs.map((verb) => stage.arm.act(verb, none)))
    },
    expected: (release: string) => [
      ...[1, 2, 3].map(() => answer(404, 'No such container: none')),
      answer(
        404,
        release === '20.10'
          ? 'Cannot kill container: none: No such container: none'
          : 'cannot kill container: none: No such container: none',
      ),
      ...[1, 2, 3, 4].map(() => answer(404, 'No such container: none')),
    ],
  },
]
