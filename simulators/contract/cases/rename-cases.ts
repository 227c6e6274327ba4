import { answer } from '../answer.ts'
import type { ContractCase } from '../contract-case.ts'
import { exit } from '../program.ts'
import { inspectionOf } from './observations.ts'

/** Names: given, changed and refused. */
export const RENAME_CASES: readonly ContractCase[] = [
  {
    name: 'a container that was renamed is found by its new name only',
    observe: async (stage) => {
      const web = await stage.start()
      stage.adopt('app')
      const renamed = await stage.arm.act('rename', web, { name: stage.name('app') })
      const { Name } = await inspectionOf(stage, stage.name('app'))
      return [renamed, Name, await stage.arm.act('pause', web)]
    },
    expected: [answer(204), '/app', answer(404, 'No such container: web')],
  },
  {
    name: 'a name that is taken is refused, for a new container and for an old one',
    needs: ['requests'],
    observe: async (stage) => {
      const [web, app] = [await stage.ran([exit(0)]), await stage.create({}, 'app')]
      return [await stage.arm.create(web, {}), await stage.arm.act('rename', app, { name: web })]
    },
    expected: [
      answer(
        409,
        'Conflict. The container name "/web" is already in use by container "ID". You have to remove (or rename) that container to be able to reuse that name.',
      ),
      answer(
        409,
        'Error when allocating new name: Conflict. The container name "/web" is already in use by container "ID". You have to remove (or rename) that container to be able to reuse that name.',
      ),
    ],
  },
  {
    name: 'a name with what names must not have is refused',
    needs: ['requests'],
    observe: async (stage) => {
      const web = await stage.create()
      return [
        await stage.arm.create('-x', {}),
        await stage.arm.create('a/b', {}),
        await stage.arm.create('x', {}),
        await stage.arm.act('rename', web, { name: 'a b' }),
      ]
    },
    expected: [
      answer(400, 'Invalid container name (-x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed'),
      answer(400, 'Invalid container name (a/b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed'),
      answer(400, 'Invalid container name (x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed'),
      answer(
        400,
        'Error when allocating new name: Invalid container name (/a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed',
      ),
    ],
  },
  {
    name: 'a name may be given with its slash',
    needs: ['requests'],
    observe: async (stage) => {
      const web = await stage.create()
      stage.adopt('app')
      await stage.do('rename', web, { name: `/${stage.name('app')}` })
      const { Name } = await inspectionOf(stage, stage.name('app'))
      return Name
    },
    expected: '/app',
  },
  {
    name: 'a renaming without a name, or to the old one, is refused',
    needs: ['http'],
    observe: async (stage) => {
      const web = await stage.create()
      const rename = async (query: string): Promise<unknown> => {
        const { status, body } = await stage.arm.http('POST', `/containers/${web}/rename${query}`)
        return [status, body]
      }
      return [await rename(''), await rename('?name='), await rename(`?name=${web}`)]
    },
    expected: [
      [400, '{"message":"Neither old nor new names may be empty"}\n'],
      [400, '{"message":"Neither old nor new names may be empty"}\n'],
      [400, '{"message":"Renaming a container with the same name as its current name"}\n'],
    ],
  },
]
