import { setTimeout as sleep } from 'node:timers/promises'
import { probeProcess } from '../probes/process-probe.ts'
import { Rig, until, verdict } from './rig.ts'

const LOG_LINES = 2_500_000
/** A stored line has 200 bytes: 500 MB in all. */
const LINE = 'x'.repeat(133)

/** A container with a log of 500 MB, followed with a rotation every 5 s for a minute: what the reopens cost the engine. */
export async function bigLog(): Promise<void> {
  await using rig = await Rig.open()
  await rig.container('big', `yes ${LINE} | head -${LOG_LINES}; while true; do echo tick; sleep 1; done`)
  await using collector = await rig.collector({ stream_rotation: { interval: '5s' } })
  await until(
    'the log was read once',
    300,
    async () => (await rig.outputBytes('big')) >= LOG_LINES * (LINE.length + 1),
  )
  await sleep(3000)
  const pid = await rig.enginePid()
  const rotationsBefore = await collector.metric('log_capturer_container_stream_rotations_total')
  const before = (await probeProcess(pid))!.cpuSeconds
  await sleep(60_000)
  const cpuSeconds = (await probeProcess(pid))!.cpuSeconds - before
  const rotations =
    (await collector.metric('log_capturer_container_stream_rotations_total')) - rotationsBefore
  verdict('rotations in a minute', rotations, rotations >= 11, 'at least 11')
  verdict('CPU seconds of the engine', cpuSeconds, cpuSeconds < 1, 'less than 1')
}
