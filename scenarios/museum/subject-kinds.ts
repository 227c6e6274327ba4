import { completeConfig, type PartialConfig } from '../../reference/config/complete-config.ts'
import type { SinksConfig } from '../../reference/config/config.ts'
import { createCollector } from '../../reference/main.ts'
import { SimulatedSink, type SimulatedContainer, type World } from '../../simulators/index.ts'
import { SimulatedLoki } from '../../simulators/sinks/loki/simulated-loki.ts'
import { SimulatedOtlp } from '../../simulators/sinks/otlp/simulated-otlp.ts'
import type { Exhibit } from './exhibit.ts'
import { linesIn, type SubjectKind } from './run-exhibit.ts'
import { SMALL_FAULTS, SmallFollower, type SmallFault } from './small-follower.ts'
import { OUTPUT } from './small-output.ts'

/** The fault that an exhibit is named after. @throws Error when the small follower has none of that name */
export function faultOf({ name }: Exhibit): SmallFault {
  const fault = SMALL_FAULTS.find((one) => one === name)
  if (fault === undefined) throw new Error(`Cannot show ${name}: the faults are ${SMALL_FAULTS.join(', ')}`)
  return fault
}

/** The small follower, with a fault or right. */
export function smallFollower(fault: SmallFault | null): SubjectKind {
  return {
    name: fault === null ? 'small follower' : `small follower with ${fault}`,
    prepare: (world) => ({
      begin: (ports) => new SmallFollower(ports, fault),
      lines: () => linesBelow(world, OUTPUT),
    }),
  }
}

const LOGS = '/logs'
const URL = 'http://sink:3100'

/** The reference collector with each of its sinks. */
export const REFERENCE_KINDS: readonly SubjectKind[] = [
  reference('local file', (world) => ({
    sinks: { localFile: { enabled: true, directory: LOGS } },
    lines: () => linesBelow(world, LOGS),
  })),
  reference('Loki', (world) => {
    const loki = new SimulatedLoki()
    world.sinks[URL] = new SimulatedSink(world, loki.storeOptions)
    return {
      sinks: {
        loki: { enabled: true, url: `${URL}/loki/api/v1/push`, labels: ['container_id'], staticLabels: {} },
      },
      lines: (containers) =>
        containers.flatMap(({ id }) =>
          loki.linesOf(`{container_id="${id}"}`).map(({ line }) => latin1(line)),
        ),
    }
  }),
  reference('OTLP', (world) => {
    const otlp = new SimulatedOtlp()
    world.sinks[URL] = new SimulatedSink(world, otlp.storeOptions)
    return {
      sinks: { otlp: { enabled: true, url: `${URL}/v1/logs` } },
      lines: (containers) => containers.flatMap(({ id }) => otlp.linesOf(id).map(latin1)),
    }
  }),
  reference('JetStream', (world) => {
    const stream = world.jetStream.addStream({ name: 'LOGS', subjects: ['logs.>'], duplicateWindowMs: 1000 })
    return {
      sinks: { jetStream: { enabled: true, servers: ['nats://nats:4222'], stream: 'LOGS' } },
      lines: () => stream.messages.map(({ payload }) => Buffer.from(payload).toString('latin1')),
    }
  }),
]

interface Delivery {
  readonly sinks: PartialConfig<SinksConfig>
  readonly lines: (containers: readonly SimulatedContainer[]) => string[]
}

function reference(sink: string, deliveryOf: (world: World) => Delivery): SubjectKind {
  return {
    name: `reference, ${sink}`,
    prepare: (world) => {
      const { sinks, lines } = deliveryOf(world)
      const config = completeConfig({
        stateDir: '/state',
        sinks: { localFile: { enabled: false }, ...sinks },
        containerMonitor: { streamRotation: { intervalMs: 10_000 } },
      })
      return { begin: (ports) => createCollector(config, ports), lines }
    },
  }
}

function linesBelow(world: World, directory: string): string[] {
  const { disk } = world.fileSystem
  if (disk.find(directory) === null) return []
  return disk.readdir(directory).flatMap((name) => linesIn(world.fileSystem.contents(`${directory}/${name}`)))
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}
