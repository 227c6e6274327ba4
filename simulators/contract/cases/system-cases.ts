import type { ContractCase } from '../contract-case.ts'
import type { Stage } from '../stage.ts'

async function get(stage: Stage, path: string): Promise<unknown> {
  const { status, headers, body } = await stage.arm.http('GET', path)
  return [status, headers['content-type'], body]
}

/** The kinds of the members of an object, as `key: kind`. */
function kindsOf(value: unknown): string[] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return entries.map(([key, member]) => `${key}: ${kindOf(member)}`).toSorted()
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

async function json(stage: Stage, path: string): Promise<Record<string, unknown>> {
  return JSON.parse((await stage.arm.http('GET', path)).body)
}

const INFO_KEYS =
  'Architecture BridgeNfIp6tables BridgeNfIptables CPUSet CPUShares CgroupDriver CgroupVersion ContainerdCommit Containers ContainersPaused ContainersRunning ContainersStopped CpuCfsPeriod CpuCfsQuota Debug DefaultRuntime DockerRootDir Driver DriverStatus ExperimentalBuild GenericResources HttpProxy HttpsProxy ID IPv4Forwarding Images IndexServerAddress InitBinary InitCommit Isolation KernelMemoryTCP KernelVersion Labels LiveRestoreEnabled LoggingDriver MemTotal MemoryLimit NCPU NEventsListener NFd NGoroutines Name NoProxy OSType OSVersion OomKillDisable OperatingSystem PidsLimit Plugins RegistryConfig RuncCommit Runtimes SecurityOptions ServerVersion SwapLimit Swarm SystemTime Warnings'.split(
    ' ',
  )

/** What is told of the engine itself, and requests that there are not. */
export const SYSTEM_CASES: readonly ContractCase[] = [
  {
    name: 'a ping is answered OK, and one that asks for the head only without a word',
    needs: ['http'],
    observe: async (stage) => {
      const ping = async (method: string): Promise<unknown> => {
        const { status, headers, body } = await stage.arm.http(method, '/_ping')
        const { server = '', date: _date, connection: _connection, ...rest } = headers
        return [status, body, { ...rest, server: server.replace(/[\d.]+\S*/, 'VERSION') }]
      }
      return [await ping('GET'), await ping('HEAD')]
    },
    expected: (release: string) => {
      const headers = {
        'api-version': release === '20.10' ? '1.41' : '1.45',
        'cache-control': 'no-cache, no-store, must-revalidate',
        'content-type': 'text/plain; charset=utf-8',
        'docker-experimental': 'false',
        ostype: 'linux',
        pragma: 'no-cache',
        server: 'Docker/VERSION (linux)',
        ...(release !== '20.10' && { 'builder-version': '2', swarm: 'inactive' }),
      }
      return [
        [200, 'OK', { ...headers, 'content-length': '2' }],
        [200, '', { ...headers, 'content-length': '0' }],
      ]
    },
  },
  {
    name: 'every answer tells the API version and the operating system',
    needs: ['http'],
    observe: async (stage) => {
      const { headers } = await stage.arm.http('GET', `/containers/${stage.name('none')}/json`)
      return [headers['api-version'], headers['ostype'], headers['docker-experimental']]
    },
    expected: (release: string) => [release === '20.10' ? '1.41' : '1.45', 'linux', 'false'],
  },
  {
    name: 'the version has these keys',
    needs: ['http'],
    observe: async (stage) => kindsOf(await json(stage, '/version')),
    expected: [
      'ApiVersion: string',
      'Arch: string',
      'BuildTime: string',
      'Components: array',
      'GitCommit: string',
      'GoVersion: string',
      'KernelVersion: string',
      'MinAPIVersion: string',
      'Os: string',
      'Platform: object',
      'Version: string',
    ],
  },
  {
    name: 'the version tells which API is spoken',
    needs: ['http'],
    observe: async (stage) => {
      const { ApiVersion, MinAPIVersion, Os } = await json(stage, '/version')
      return { ApiVersion, MinAPIVersion, Os }
    },
    expected: (release: string) =>
      release === '20.10'
        ? { ApiVersion: '1.41', MinAPIVersion: '1.12', Os: 'linux' }
        : { ApiVersion: '1.45', MinAPIVersion: '1.24', Os: 'linux' },
  },
  {
    name: 'the information has these keys',
    needs: ['http'],
    observe: async (stage) => Object.keys(await json(stage, '/info')).toSorted(),
    expected: (release: string) =>
      [...INFO_KEYS, release === '20.10' ? 'KernelMemory' : 'CDISpecDirs'].toSorted(),
  },
  {
    name: 'the information tells descriptors and tasks, and what tools look for',
    needs: ['http'],
    observe: async (stage) => {
      const { NFd, NGoroutines, NCPU, OSType, LoggingDriver, ServerVersion } = await json(stage, '/info')
      const areCounts = [NFd, NGoroutines, NCPU].every((count) => Number(count) > 0)
      return [areCounts, OSType, LoggingDriver, Number.parseInt(String(ServerVersion), 10) >= 20]
    },
    expected: [true, 'linux', 'json-file', true],
  },
  {
    name: 'the information counts containers by state',
    needs: ['http'],
    observe: async (stage) => {
      const counts = async (): Promise<number[]> => {
        const { Containers, ContainersRunning, ContainersPaused } = await json(stage, '/info')
        return [Containers, ContainersRunning, ContainersPaused].map(Number)
      }
      const before = await counts()
      const web = await stage.start()
      await stage.do('pause', web)
      const after = await counts()
      // Other cases have containers of their own at the same time.
      return [before, after].every(([all = 0, running = 0, paused = 0]) => all >= running + paused)
    },
    expected: true,
  },
  {
    name: 'a path that there is not is refused as a page',
    needs: ['http'],
    observe: async (stage) => [
      await get(stage, '/nothing'),
      await get(stage, '/v1.41/nothing'),
      await get(stage, '/'),
      await get(stage, '/vx/info'),
      await get(stage, '/v1.41'),
    ],
    expected: [1, 2, 3, 4, 5].map(() => [404, 'application/json', '{"message":"page not found"}\n']),
  },
  {
    name: 'a method that there is not is refused as a page',
    needs: ['http'],
    observe: async (stage) => {
      const { status, body } = await stage.arm.http('PUT', '/containers/json')
      return [status, body]
    },
    expected: [404, '{"message":"page not found"}\n'],
  },
  {
    name: 'a client that is too old is refused',
    needs: ['http'],
    observe: async (stage) => await get(stage, '/v1.11/info'),
    expected: (release: string) =>
      release === '20.10'
        ? [
            400,
            'text/plain; charset=utf-8',
            'client version 1.11 is too old. Minimum supported API version is 1.12, please upgrade your client to a newer version\n',
          ]
        : [
            400,
            'application/json',
            '{"message":"client version 1.11 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version"}\n',
          ],
  },
  {
    name: 'a client that is too new is refused with the newest version there is',
    needs: ['http'],
    observe: async (stage) => {
      const { headers } = await stage.arm.http('GET', '/_ping')
      const answers = await Promise.all(['1.99', '2.0'].map((version) => get(stage, `/v${version}/info`)))
      return JSON.stringify(answers).replaceAll(headers['api-version']!, 'ITS OWN')
    },
    expected: JSON.stringify(
      ['1.99', '2.0'].map((version) => [
        400,
        'application/json',
        `{"message":"client version ${version} is too new. Maximum supported API version is ITS OWN"}\n`,
      ]),
    ),
  },
  {
    name: 'every version from 1.24 up to its own is answered',
    needs: ['http'],
    observe: async (stage) => {
      const versions = ['1.24', '1.30', '1.40', '1.41']
      const answers = await Promise.all(
        versions.map((version) => stage.arm.http('GET', `/v${version}/containers/json`)),
      )
      return answers.map(({ status }) => status)
    },
    expected: [200, 200, 200, 200],
  },
  {
    name: 'a path with two slashes is redirected to the one it means',
    needs: ['http'],
    observe: async (stage) => {
      const web = await stage.create()
      const { status, headers } = await stage.arm.http('GET', `/containers//${web}/json?size=1`)
      return [status, headers['location']]
    },
    expected: [301, '/containers/web/json?size=1'],
  },
  {
    name: 'an element of a list has these keys',
    needs: ['http'],
    observe: async (stage) => {
      await stage.create()
      const filters = encodeURIComponent(JSON.stringify(stage.own))
      const { body } = await stage.arm.http('GET', `/containers/json?all=1&filters=${filters}`)
      const [element]: unknown[] = JSON.parse(body)
      return kindsOf(element)
    },
    expected: [
      'Command: string',
      'Created: number',
      'HostConfig: object',
      'Id: string',
      'Image: string',
      'ImageID: string',
      'Labels: object',
      'Mounts: array',
      'Names: array',
      'NetworkSettings: object',
      'Ports: array',
      'State: string',
      'Status: string',
    ],
  },
  {
    name: 'a list asked for with a filter or a limit that is none is refused',
    needs: ['http'],
    observe: async (stage) => [
      await get(stage, '/containers/json?filters=x'),
      await get(stage, '/containers/json?limit=x'),
    ],
    expected: (release: string) =>
      release === '20.10'
        ? [
            [
              500,
              'application/json',
              '{"message":"invalid character \'x\' looking for beginning of value"}\n',
            ],
            [500, 'application/json', '{"message":"strconv.Atoi: parsing \\"x\\": invalid syntax"}\n'],
          ]
        : [
            [400, 'application/json', '{"message":"invalid filter"}\n'],
            [500, 'application/json', '{"message":"strconv.Atoi: parsing \\"x\\": invalid syntax"}\n'],
          ],
  },
  {
    name: 'a container without a description is refused, and one without an image is not',
    needs: ['http'],
    observe: async (stage) => {
      stage.adopt('web')
      const create = async (body?: unknown): Promise<unknown> => {
        const answer = await stage.arm.http('POST', `/containers/create?name=${stage.name('web')}`, body)
        return [answer.status, answer.body]
      }
      return [await create({}), await create({ Cmd: ['sh'] })]
    },
    expected: (release: string) =>
      release === '20.10'
        ? [
            [400, '{"message":"Config cannot be empty in order to create a container"}\n'],
            [201, '{"Id":"ID","Warnings":[]}\n'],
          ]
        : [
            [400, '{"message":"config cannot be empty in order to create a container"}\n'],
            [201, '{"Id":"ID","Warnings":[]}\n'],
          ],
  },
  {
    name: 'a container that is created is answered with its id and no warnings',
    needs: ['http'],
    observe: async (stage) => {
      stage.adopt('web')
      const { status, body } = await stage.arm.http('POST', `/containers/create?name=${stage.name('web')}`, {
        Image: 'watertight-contract:1',
        Cmd: ['sh'],
        HostConfig: { NetworkMode: 'none' },
      })
      return [status, body]
    },
    expected: [201, '{"Id":"ID","Warnings":[]}\n'],
  },
]
