import type { ContractCase } from '../contract-case.ts'
import { exit, gate } from '../program.ts'
import type { Stage } from '../stage.ts'

async function wait(stage: Stage, reference: string, condition = ''): Promise<unknown> {
  const query = condition === '' ? '' : `?condition=${condition}`
  const { status, body } = await stage.arm.http('POST', `/containers/${reference}/wait${query}`)
  const told: unknown = JSON.parse(body)
  return [status, told]
}

/** What a wait answers. 20.10 adds an error that is null. */
const code =
  (value: number) =>
  (release: string): unknown => [
    200,
    release === '20.10' ? { Error: null, StatusCode: value } : { StatusCode: value },
  ]

export const WAIT_CASES: readonly ContractCase[] = [
  {
    name: 'a wait is answered with the exit code once the container has ended',
    needs: ['http'],
    observe: async (stage) => {
      const web = await stage.start([gate, exit(3)])
      const waiting = wait(stage, web)
      await stage.arm.sleep(250)
      await stage.openGate(web)
      return await waiting
    },
    expected: code(3),
  },
  {
    name: 'a wait for what has ended is answered at once',
    needs: ['http'],
    observe: async (stage) => await wait(stage, await stage.ran([exit(4)])),
    expected: code(4),
  },
  {
    name: 'a wait for what was never started is answered at once',
    needs: ['http'],
    observe: async (stage) => await wait(stage, await stage.create()),
    expected: code(0),
  },
  {
    name: 'a wait for the next exit ignores the last one',
    needs: ['http'],
    observe: async (stage) => {
      const web = await stage.ran([exit(5)])
      const waiting = wait(stage, web, 'next-exit')
      await stage.arm.sleep(250)
      await stage.do('start', web)
      return await waiting
    },
    expected: code(5),
  },
  {
    name: 'a wait for the removal is answered when it is gone',
    needs: ['http'],
    observe: async (stage) => {
      const web = await stage.ran([exit(6)])
      const waiting = wait(stage, web, 'removed')
      await stage.arm.sleep(250)
      await stage.do('remove', web)
      return await waiting
    },
    expected: code(6),
  },
  {
    name: 'a wait for a condition that there is not is refused, but by 20.10',
    needs: ['http'],
    observe: async (stage) => await wait(stage, await stage.create(), 'bored'),
    expected: (release: string) =>
      release === '20.10' ? code(0)(release) : [400, { message: 'invalid condition: "bored"' }],
  },
]
