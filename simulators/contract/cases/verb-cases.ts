import { answer } from '../answer.ts'
import type { ContractCase } from '../contract-case.ts'

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
    name: 'a container that runs is removed by force only',
    needs: ['refusals'],
    observe: async (stage) => {
      const web = await stage.start()
      return [await stage.arm.act('remove', web), await stage.arm.act('remove', web, { force: true })]
    },
    expected: [
      answer(
        409,
        'You cannot remove a running container ID. Stop the container before attempting removal or force remove',
      ),
      answer(204),
    ],
  },
]
