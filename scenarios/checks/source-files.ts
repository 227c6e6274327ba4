import { probeProcess } from '../probes/process-probe.ts'
import { Rig, until, verdict } from './rig.ts'
import { drainWithCurl, median } from './throughput.ts'

const LINES = 2_000_000
const LINE = 'x'.repeat(99)
const RUNS = 3

/**
 * 2,000,000 lines of 100 bytes: the collector, from the engine's file to its own, against `curl` over the API, to nothing; in turn, the medians compared. What
 * the engine spends meanwhile is that of being asked for containers and events.
 */
export async function sourceFiles(): Promise<void> {
  await using rig = await Rig.open()
  const container = await rig.container('fast', `yes ${LINE} | head -${LINES}`)
  await container.wait()
  const engine = await rig.enginePid()
  const curl: number[] = []
  const ours: number[] = []
  const spent: number[] = []
  for (let run = 0; run < RUNS; run++) {
    curl.push(drainWithCurl(rig.host, container.id))
    await rig.forgetOutput()
    const before = await cpuSeconds(engine)
    const started = performance.now()
    await using collector = await rig.collector({ source: 'files' })
    await until(
      'every line is in the file',
      300,
      async () => (await rig.outputBytes('fast')) >= LINES * (LINE.length + 1),
    )
    ours.push((performance.now() - started) / 1000)
    spent.push((await cpuSeconds(engine)) - before)
    const { cpuSeconds: own } = await collector.sample()
    process.stdout.write(
      `run ${run + 1}: curl ${curl.at(-1)!.toFixed(1)} s, collector ${ours.at(-1)!.toFixed(1)} s with its start, ${own.toFixed(1)} s of CPU; engine ${spent.at(-1)!.toFixed(2)} s of CPU\n`,
    )
  }
  const ratio = median(ours) / median(curl)
  verdict("share of curl's time", ratio, ratio <= 1 / 3, 'at most a third')
  verdict('seconds of CPU the engine spent', median(spent), median(spent) < 0.1, 'less than 0.1')
}

async function cpuSeconds(pid: number): Promise<number> {
  const sample = await probeProcess(pid)
  if (sample === null) throw new Error(`The engine's process ${pid} has ended`)
  return sample.cpuSeconds
}
