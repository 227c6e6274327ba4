import { setTimeout as sleep } from 'node:timers/promises'
import { Rig, until, verdict, verdictOnLines } from './rig.ts'

/** 60 containers on 50 slots with a rotation every 10 s: tasks and descriptors of the first minute are those of the last. */
export async function manyContainers(minutes: number): Promise<void> {
  await using rig = await Rig.open()
  const names = Array.from({ length: 60 }, (_, index) => `many-${index + 1}`)
  const containers = []
  for (const name of names) containers.push(await rig.container(name, script(name)))
  await using collector = await rig.collector({
    stream_rotation: { interval: '10s', max_concurrent_streams: 50 },
  })
  const tasks: number[] = []
  const descriptors: number[] = []
  for (let minute = 1; minute <= minutes; minute++) {
    await sleep(60_000)
    const { fds, rssBytes, cpuSeconds } = await collector.sample()
    tasks.push(await collector.metric('log_capturer_goroutines'))
    descriptors.push(fds)
    process.stdout.write(
      `minute ${minute}: ${tasks.at(-1)} tasks, ${fds} descriptors, ${Math.round(rssBytes / 2 ** 20)} MiB, ${cpuSeconds} CPU s\n`,
    )
  }
  await Promise.all(containers.map((container) => container.stop({ t: 20 })))
  const rotations = await collector.metric('log_capturer_container_stream_rotations_total')
  const last = new Map(
    await Promise.all(
      containers.map(async (container, index): Promise<[string, number]> => {
        const log = await container.logs({ stdout: true, tail: 1 })
        return [names[index]!, Number(/ (\d+)\n$/.exec(log.toString())?.[1])]
      }),
    ),
  )
  await until('every last line is delivered', 60, async () => {
    const outputs = await Promise.all(names.map((name) => rig.output(name)))
    return outputs.every((output, index) => output.endsWith(`${names[index]} ${last.get(names[index]!)}\n`))
  }).catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
  verdict(
    'growth of tasks',
    tasks.at(-1)! - tasks[0]!,
    Math.abs(tasks.at(-1)! - tasks[0]!) <= 5,
    'flat: at most 5',
  )
  const growth = descriptors.at(-1)! - descriptors[0]!
  verdict('growth of descriptors', growth, Math.abs(growth) <= 5, 'flat: at most 5')
  const expected = minutes * 6 * 50
  verdict('rotations', rotations, rotations >= expected, `at least ${expected}`)
  for (const name of names) verdictOnLines(name, await rig.output(name), last.get(name)!)
  const { seconds, status } = await collector.stop()
  verdict('seconds to stop', seconds, seconds < 10 && status === 0, 'less than 10, status 0')
}

/** Two numbered lines a second; one more at the end. */
function script(name: string): string {
  return `n=0; over=; trap over=1 TERM
while [ -z "$over" ]; do n=$((n+1)); echo "${name} $n"; usleep 500000; done
n=$((n+1)); echo "${name} $n"`
}
