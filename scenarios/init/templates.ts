/** What `watertight init` can write. */
export interface Template {
  readonly description: string
  /** Where it is written when nothing else is said. */
  readonly file: string
  readonly text: string
}

const COLLECTOR = `# The reference collector: watertight collect --config collector.yaml
# Every key is optional; docs/configuration.md explains them all. Check this file with --check.

# What it remembers: positions, and what waits for sinks that are away. One collector for each.
state_dir: ./data/state

container_monitor:
  # Or tcp://host:2376 with tls; left out, DOCKER_HOST says where the engine is.
  socket_path: unix:///var/run/docker.sock
  # Which containers: regular expressions of names, labels as key or key=value. Exclude wins.
  filters: { exclude_names: ['^watertight'] }
  # For containers it has not seen before: start (all of their log), or now.
  from: start
  # Each stream is closed and opened anew at its position at this age.
  stream_rotation: { interval: 5m, max_concurrent_streams: 50 }

sinks:
  # One file for each container; raw is each line as it was written, json has time and names with it.
  local_file: { directory: ./data/logs, format: raw }
  # loki: { enabled: true, url: 'http://127.0.0.1:3100/loki/api/v1/push' }

# Nobody but this machine can ask it. Elsewhere than on loopback the API needs a token.
metrics: { listen: 127.0.0.1:8001 }
api: { listen: 127.0.0.1:8401 }
`

const SUBJECT = `# A collector to be tested: watertight run reconnects --engine simulated --subject subject.yaml
# Its output is searched for the numbered lines that the containers of a phase write.

name: mine
# Started in the directory of this file. These are filled in, in command and env:
#   {{docker_host}}  where the engine is, such as unix:///tmp/engine.sock
#   {{out_dir}}      an empty directory for what it writes
#   {{state_dir}}    an empty directory for what it remembers
#   {{sink_url}}     takes POST requests, whose bodies count as output
#   {{label}}        key=value, on the containers of this run and no others
command: [./my-collector, --docker, '{{docker_host}}']
env:
  OUT_DIR: '{{out_dir}}'
  STATE_DIR: '{{state_dir}}'
  LABEL: '{{label}}'
# Or from: stdout, or from: sink.
output:
  from: files
  files: '*.log'
`

const TEST = `// A property of your own log follower, in virtual time: npx vitest run follower.property.test.ts
// Needs the packages vitest and fast-check beside watertight.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { faults, World, type VirtualPorts } from 'watertight/simulators'

/** Replace this by your code. It is given the engine instead of opening a socket, so that a minute takes milliseconds. */
async function follow(engine: VirtualPorts['engine'], seen: string[], signal: AbortSignal): Promise<void> {
  for (const { id } of await engine.listContainers({ signal })) {
    const stream = await engine.openLogs(id, { follow: true, signal })
    try {
      for (;;) {
        const bytes = await stream.read({ signal })
        if (bytes === null) break
        seen.push(Buffer.from(bytes).toString())
      }
    } finally {
      stream.destroy()
    }
  }
}

test('whatever the engine delays, a follower that is stopped leaves nothing open', async () => {
  const cases = fc.record({ seed: fc.nat(), everyMs: fc.integer({ min: 1, max: 5000 }), delayMs: fc.integer({ min: 1, max: 2000 }) })
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, everyMs, delayMs }) => {
      const world = new World({ seed })
      world.engine.addContainer({ name: 'web', behaviour: { kind: 'chatty', everyMs } })
      world.inject(faults.latency({ container: 'web', delayMs, jitterMs: 10 }))
      const stop = new AbortController()
      const seen: string[] = []
      const following = follow(world.ports().engine, seen, stop.signal).catch(() => undefined)
      await world.advance(60_000)
      stop.abort()
      await world.run(() => following)
      expect(seen).not.toEqual([])
      expect(world.ledger.list()).toEqual([])
    }),
    { numRuns: 20 },
  )
})
`

/** By what is typed. */
export const TEMPLATES: Readonly<Record<string, Template>> = {
  collector: {
    description: 'a configuration of the reference collector',
    file: 'collector.yaml',
    text: COLLECTOR,
  },
  subject: { description: 'a subject file for a collector of your own', file: 'subject.yaml', text: SUBJECT },
  test: {
    description: 'a property of a log follower of your own, in virtual time',
    file: 'follower.property.test.ts',
    text: TEST,
  },
}
