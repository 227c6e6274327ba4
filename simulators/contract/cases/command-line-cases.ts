import type { CommandResult } from '../arm.ts'
import type { ContractCase } from '../contract-case.ts'
import { err, exit, gate, out, pause } from '../program.ts'
import { shiftStamp, stampOfMs } from '../stamps.ts'
import type { Stage } from '../stage.ts'

/** What is printed, columns three spaces apart. Releases of the command begin what they say of a refusal differently. */
function shown({ status, stdout, stderr }: CommandResult): unknown {
  return status === 0 && stderr === '' ? printed(stdout) : [status, printed(stdout), printed(stderr)]
}

function printed(text: string): string[] {
  return Buffer.from(text, 'latin1')
    .toString()
    .replaceAll(/^Error(?: response from daemon)?: /gm, 'Error: ')
    .replaceAll(/ {2,}/g, '   ')
    .trimEnd()
    .split('\n')
}

async function run(stage: Stage, ...args: string[]): Promise<unknown> {
  return shown(await stage.arm.docker(...args))
}

/** `docker ps` of the case's own containers. */
async function ps(stage: Stage, ...args: string[]): Promise<unknown> {
  return await run(stage, 'ps', '--filter', `label=${stage.own.label[0]!}`, ...args)
}

/** One that runs, one that is paused, one that ended, one that was never started. */
async function four(stage: Stage): Promise<void> {
  await stage.create({}, 'new')
  await stage.start([], {}, 'run')
  await stage.start([], {}, 'held')
  await stage.do('pause', stage.name('held'))
  await stage.ran([exit(3)], {}, 'done')
  await stage.arm.sleep(200)
}

/** What a person sees who uses the docker command. */
export const COMMAND_LINE_CASES: readonly ContractCase[] = [
  {
    name: 'docker ps shows a table of what runs',
    needs: ['docker'],
    observe: async (stage) => {
      await four(stage)
      return await ps(stage)
    },
    expected: [
      'CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES',
      'ID   watertight-contract:1   "sh -c \'trap \'exit 1…"   AGE ago   Up AGE (Paused)   held',
      'ID   watertight-contract:1   "sh -c \'trap \'exit 1…"   AGE ago   Up AGE   run',
    ],
  },
  {
    name: 'docker ps -a shows a table of everything',
    needs: ['docker'],
    observe: async (stage) => {
      await four(stage)
      return await ps(stage, '-a')
    },
    expected: [
      'CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES',
      'ID   watertight-contract:1   "sh -c \'trap \'exit 1…"   AGE ago   Exited (3) AGE ago   done',
      'ID   watertight-contract:1   "sh -c \'trap \'exit 1…"   AGE ago   Up AGE (Paused)   held',
      'ID   watertight-contract:1   "sh -c \'trap \'exit 1…"   AGE ago   Up AGE   run',
      'ID   watertight-contract:1   "sh -c \'trap \'exit 1…"   AGE ago   Created   new',
    ],
  },
  {
    name: 'docker ps -q, -l and -n show as much as they are told to',
    needs: ['docker'],
    observe: async (stage) => {
      await four(stage)
      return [
        await ps(stage, '-q'),
        await ps(stage, '-a', '-q', '--no-trunc'),
        await ps(stage, '-l', '--format', '{{.Names}}'),
        await ps(stage, '-n', '2', '--format', '{{.Names}}'),
      ]
    },
    expected: [['ID', 'ID'], ['ID', 'ID', 'ID', 'ID'], ['done'], ['done', 'held']],
  },
  {
    name: 'docker ps --format shows every field of a container',
    needs: ['docker'],
    observe: async (stage) => {
      await stage.start([], { labels: { colour: 'blue' } })
      const fields = [
        'ID',
        'Image',
        'Names',
        'Status',
        'State',
        'Ports',
        'Mounts',
        'LocalVolumes',
        'RunningFor',
      ]
      return [
        await ps(stage, '--format', fields.map((field) => `{{.${field}}}`).join('|')),
        await ps(stage, '--format', '{{.Label "colour"}} {{.Networks}}'),
        await ps(stage, '--format', 'table {{.Names}}\t{{.Status}}'),
        await ps(stage, '--no-trunc', '--format', '{{.Command}}'),
      ]
    },
    expected: [
      ['ID|watertight-contract:1|web|Up AGE|running|||0|AGE ago'],
      ['blue none'],
      ['NAMES   STATUS', 'web   Up AGE'],
      [
        "\"sh -c 'trap 'exit 143' TERM\\ntrap 'open=1' WINCH\\nusleep 100000\\nwhile :; do usleep 50000; done'\"",
      ],
    ],
  },
  {
    name: 'docker ps --filter shows what is wanted',
    needs: ['docker'],
    observe: async (stage) => {
      await four(stage)
      const names = ['--format', '{{.Names}}']
      return [
        await ps(stage, '--filter', 'status=paused', ...names),
        await ps(stage, '--filter', 'exited=3', '-a', ...names),
        await ps(stage, '--filter', `name=${stage.name('run')}`, ...names),
        await ps(stage, '--filter', 'nothing=x', ...names),
      ]
    },
    expected: (release: string) =>
      release === '20.10'
        ? [['held'], ['done'], ['run'], [1, [''], ["Error: Invalid filter 'nothing'"]]]
        : [['held'], ['done'], ['run'], [1, [''], ["Error: invalid filter 'nothing'"]]],
  },
  {
    name: 'docker logs shows both streams where they belong',
    needs: ['docker'],
    observe: async (stage) => {
      const web = await stage.ran([out('a\n'), err('b\n'), out('c'), exit(0)])
      return [await stage.arm.docker('logs', web), await run(stage, 'logs', '--tail', '1', web)]
    },
    expected: [{ status: 0, stdout: 'a\nc', stderr: 'b\n' }, ['c']],
  },
  {
    name: 'docker logs -t puts the stamp before each line',
    needs: ['docker'],
    observe: async (stage) => {
      const web = await stage.ran([out('a\n'), out('\n'), out('c\n'), exit(0)])
      return await run(stage, 'logs', '-t', web)
    },
    expected: ['STAMP a', 'STAMP ', 'STAMP c'],
  },
  {
    name: 'docker logs takes since and until as stamps and as ages',
    needs: ['docker'],
    observe: async (stage) => {
      const web = await stage.ran([out('a\n'), out('b\n'), out('c\n'), exit(0)])
      const [first = '', second = '', third = ''] = await stage.arm.stamps(web)
      return [
        await run(stage, 'logs', '--since', '1h', web),
        await run(stage, 'logs', '--until', '1h', web),
        await run(stage, 'logs', '--since', second, web),
        await run(stage, 'logs', '--since', shiftStamp(first, 1), '--until', shiftStamp(third, -1), web),
      ]
    },
    expected: [['a', 'b', 'c'], [''], ['b', 'c'], ['b']],
  },
  {
    name: 'docker logs -f shows what was and what comes, and ends with the container',
    needs: ['docker'],
    observe: async (stage) => {
      const web = await stage.start([out('a\n'), gate, out('b\n'), pause(100), exit(0)])
      await stage.stored(web, 1)
      const following = run(stage, 'logs', '-f', web)
      await stage.arm.sleep(300)
      await stage.openGate(web)
      return await following
    },
    expected: ['a', 'b'],
  },
  {
    name: 'docker logs of a container with a TTY is as it was written',
    needs: ['docker'],
    observe: async (stage) => {
      const web = await stage.ran([out('a\n'), err('b\n'), exit(0)], { tty: true })
      return (await stage.arm.docker('logs', web)).stdout
    },
    expected: 'a\r\nb\r\n',
  },
  {
    name: 'docker logs says why it shows nothing',
    needs: ['docker'],
    observe: async (stage) => {
      const web = await stage.ran([exit(0)], { logDriver: 'none' })
      return [await run(stage, 'logs', web), await run(stage, 'logs', stage.name('none'))]
    },
    expected: [
      [1, [''], ['Error: configured logging driver does not support reading']],
      [1, [''], ['Error: No such container: none']],
    ],
  },
  {
    name: 'docker events shows what happens in a line each',
    needs: ['docker'],
    observe: async (stage) => {
      const since = stampOfMs(stage.arm.now() - 1)
      const web = await stage.start()
      await stage.do('stop', web)
      await stage.do('remove', web)
      await stage.arm.sleep(50)
      const options = ['--since', since, '--until', stampOfMs(stage.arm.now())]
      const own = ['--filter', `label=${stage.own.label[0]!}`, '--filter', 'event=create']
      const formatted = ['--filter', `label=${stage.own.label[0]!}`, '--filter', 'event=kill']
      return [
        await run(stage, 'events', ...options, ...own),
        await run(
          stage,
          'events',
          ...options,
          ...formatted,
          '--format',
          '{{.Type}} {{.Action}} {{.Actor.Attributes.signal}}',
        ),
      ]
    },
    expected: [
      ['STAMP container create ID (image=watertight-contract:1, name=web, watertight.contract=)'],
      ['container kill 15'],
    ],
  },
  {
    name: 'docker inspect --format shows what is asked for',
    needs: ['docker'],
    observe: async (stage) => {
      const web = await stage.ran([exit(3)])
      const format = async (text: string): Promise<unknown> =>
        await run(stage, 'inspect', '--format', text, web)
      return [
        await format('{{.Name}} {{.State.Status}} {{.State.ExitCode}} {{.State.Running}}'),
        await format('{{.HostConfig.LogConfig.Type}} {{.Config.Tty}} {{.Config.Image}}'),
        await format('{{json .State.Error}} {{len .Config.Cmd}}'),
      ]
    },
    expected: [['/web exited 3 false'], ['json-file false watertight-contract:1'], ['"" 3']],
  },
  {
    name: 'docker inspect says when there is nothing',
    needs: ['docker'],
    observe: async (stage) => await run(stage, 'container', 'inspect', stage.name('none')),
    expected: [1, ['[]'], ['Error: No such container: none']],
  },
  {
    name: 'docker stop, start, restart, pause, unpause, kill and rm show the name',
    needs: ['docker'],
    observe: async (stage) => {
      const web = await stage.create()
      const verbs = ['start', 'pause', 'unpause', 'stop', 'restart', 'kill', 'rm']
      const results: unknown[] = []
      for (const verb of verbs) {
        // oxlint-disable-next-line no-await-in-loop -- each changes what the next one finds
        results.push(await run(stage, verb, web))
        // oxlint-disable-next-line no-await-in-loop
        if (verb === 'kill') await stage.do('wait', web)
      }
      return results
    },
    expected: [['web'], ['web'], ['web'], ['web'], ['web'], ['web'], ['web']],
  },
  {
    name: 'docker says why it does not remove, pause or rename',
    needs: ['docker'],
    observe: async (stage) => {
      const [web, app] = [await stage.start(), await stage.create({}, 'app')]
      return [
        await run(stage, 'rm', web),
        await run(stage, 'pause', app),
        await run(stage, 'rename', app, web),
        await run(stage, 'stop', stage.name('none')),
      ]
    },
    expected: (release: string) =>
      release === '20.10'
        ? [
            [
              1,
              [''],
              [
                'Error: You cannot remove a running container ID. Stop the container before attempting removal or force remove',
              ],
            ],
            [1, [''], ['Error: Container ID is not running']],
            [
              1,
              [''],
              [
                'Error: Error when allocating new name: Conflict. The container name "/web" is already in use by container "ID". You have to remove (or rename) that container to be able to reuse that name.',
                'Error: failed to rename container named app',
              ],
            ],
            [1, [''], ['Error: No such container: none']],
          ]
        : [
            [
              1,
              [''],
              [
                'Error: cannot remove container "/web": container is running: stop the container before removing or force remove',
              ],
            ],
            [1, [''], ['Error: container ID is not running']],
            [
              1,
              [''],
              [
                'Error: Error when allocating new name: Conflict. The container name "/web" is already in use by container "ID". You have to remove (or rename) that container to be able to reuse that name.',
                'Error: failed to rename container named app',
              ],
            ],
            [1, [''], ['Error: No such container: none']],
          ],
  },
  {
    name: 'docker wait shows the exit code',
    needs: ['docker'],
    observe: async (stage) => await run(stage, 'wait', await stage.start([exit(3)])),
    expected: ['3'],
  },
  {
    name: 'docker create shows the id, docker rename nothing',
    needs: ['docker'],
    observe: async (stage) => {
      stage.adopt('web')
      stage.adopt('app')
      const options = ['--name', stage.name('web'), '--network', 'none']
      return [
        await run(stage, 'create', ...options, 'watertight-contract:1', 'sh', '-c', 'exit 0'),
        await run(stage, 'rename', stage.name('web'), stage.name('app')),
        await run(stage, 'inspect', '--format', '{{.Name}} {{.Path}} {{.Args}}', stage.name('app')),
      ]
    },
    expected: [['ID'], [''], ['/app sh [-c exit 0]']],
  },
  {
    name: 'docker version and docker info know the engine',
    needs: ['docker'],
    observe: async (stage) => {
      const versions = await run(
        stage,
        'version',
        '--format',
        '{{.Server.Os}} {{.Server.APIVersion}} {{.Server.MinAPIVersion}}',
      )
      const info = await run(
        stage,
        'info',
        '--format',
        '{{.OSType}} {{.LoggingDriver}} {{.Swarm.LocalNodeState}}',
      )
      return [versions, info]
    },
    expected: (release: string) =>
      release === '20.10'
        ? [['linux 1.41 1.12'], ['linux json-file inactive']]
        : [['linux 1.45 1.24'], ['linux json-file inactive']],
  },
]
