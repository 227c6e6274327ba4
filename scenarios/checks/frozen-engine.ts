import { setTimeout as sleep } from 'node:timers/promises'
import { Rig, until, verdict, verdictOnLines, type CollectorProcess } from './rig.ts'

const NAMES = ['frozen-1', 'frozen-2', 'frozen-3']
const MONITOR = {
  read_timeout: '3s',
  open_timeout: '3s',
  reconnect_interval: '3s',
  stream_rotation: { interval: '20s' },
}

/** The engine is stopped with SIGSTOP for longer than the read timeout, twice; the collector is stopped during the second time. */
export async function frozenEngine(): Promise<void> {
  await using rig = await Rig.open()
  for (const name of NAMES) await rig.container(name, script(name))
  const engine = await rig.enginePid()
  try {
    await using first = await rig.collector(MONITOR)
    await sleep(3000)
    process.kill(engine, 'SIGSTOP')
    const answered = await answersDuring(first, 12)
    verdict('scrapes answered while the engine is frozen', answered, answered === 12, 'all 12')
    process.kill(engine, 'SIGCONT')
    await sleep(5000)
    process.kill(engine, 'SIGSTOP')
    await sleep(5000)
    const { seconds, status } = await first.stop()
    verdict(
      'seconds to stop while the engine is frozen',
      seconds,
      seconds < 10 && status === 0,
      'less than 10, status 0',
    )
  } finally {
    process.kill(engine, 'SIGCONT')
  }
  await using _second = await rig.collector(MONITOR)
  await until('every last line is delivered', 90, async () => {
    const outputs = await Promise.all(NAMES.map((name) => rig.output(name)))
    return outputs.every((output, index) => output.endsWith(`${NAMES[index]} 400\n`))
  }).catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
  for (const name of NAMES) verdictOnLines(name, await rig.output(name), 400)
}

async function answersDuring(collector: CollectorProcess, seconds: number): Promise<number> {
  let answered = 0
  for (let second = 0; second < seconds; second++) {
    if ((await collector.metrics()) !== null) answered += 1
    await sleep(1000)
  }
  return answered
}

/** Ten numbered lines a second, 400 in all. */
function script(name: string): string {
  return `n=0; while [ $n -lt 400 ]; do n=$((n+1)); echo "${name} $n"; usleep 100000; done`
}
