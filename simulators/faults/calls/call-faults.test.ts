import { expect, test } from 'vitest'
import { never } from '../../engine/test-support.ts'
import { demonstrate, FaultRig } from '../fault.test-helper.ts'
import * as faults from './call-faults.ts'
import { CALL_DEMONSTRATIONS } from './call-faults.test-helper.ts'

demonstrate(faults, CALL_DEMONSTRATIONS)

test('faults of calls strike as often as was ordered, the first that was ordered first', async () => {
  const rig = new FaultRig()
  rig.inject(faults.errorStatus({ status: 409, operation: 'list', times: 2 }))
  rig.inject(faults.errorStatus({ status: 404, times: 1 }))
  await rig.world.run(async () => {
    const codes: unknown[] = []
    for (let call = 0; call < 4; call++) {
      codes.push(
        await rig.client.listContainers({ signal: never }).then(
          () => 'ok',
          (error: { code: string }) => error.code,
        ),
      )
    }
    expect(codes).toEqual(['conflict', 'conflict', 'not_found', 'ok'])
  })
})

test.each([
  [
    { status: 99 },
    'Cannot order error-status: status: 99 is not allowed; allowed: a whole number from 400 to 599',
  ],
  [
    {},
    'Cannot order error-status: status: undefined is not allowed; allowed: a whole number from 400 to 599',
  ],
  [
    { status: 500, operation: 'lists' },
    'Cannot order error-status: operation: "lists" is not allowed; allowed: info, list, inspect, events, logs',
  ],
  [
    { status: 500, time: 1 },
    'Cannot order error-status: unknown parameter time; allowed: status, operation, times',
  ],
])('a parameter that is wrong is named with what is allowed: %j', (options, message) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a caller without types may give
  expect(() => faults.errorStatus(options as { status: number })).toThrow(new RangeError(message))
})
