import { spawnSync } from 'node:child_process'
import { Rig, until, verdict } from './rig.ts'

const LINES = 2_000_000
const LINE = 'x'.repeat(99)
const RUNS = 3

/** 2,000,000 lines of 100 bytes: the collector, to a file, against `curl`, to nothing; in turn, the medians compared. */
export async function throughput(): Promise<void> {
  await using rig = await Rig.open()
  const container = await rig.container('fast', `yes ${LINE} | head -${LINES}`)
  await container.wait()
  const curl: number[] = []
  const ours: number[] = []
  let memory = 0
  for (let run = 0; run < RUNS; run++) {
    curl.push(drainWithCurl(rig.host, container.id))
    await rig.forgetOutput()
    const started = performance.now()
    await using collector = await rig.collector({})
    await until('every line is in the file', 300, async () => {
      memory = Math.max(memory, (await collector.sample()).rssBytes)
      return (await rig.outputBytes('fast')) >= LINES * (LINE.length + 1)
    })
    ours.push((performance.now() - started) / 1000)
    process.stdout.write(
      `run ${run + 1}: curl ${curl.at(-1)!.toFixed(1)} s, collector ${ours.at(-1)!.toFixed(1)} s with its start\n`,
    )
  }
  const ratio = median(ours) / median(curl)
  verdict('times as long as curl', ratio, ratio <= 1.3, 'at most 1.3')
  verdict('peak memory, MB', memory / 1e6, memory < 130e6, 'less than 130')
}

/** Reads a container's log over the API, to nothing; how long that took, seconds. */
export function drainWithCurl(host: string, id: string): number {
  const url = `http://engine/containers/${id}/logs?stdout=1&stderr=1&timestamps=1`
  const started = performance.now()
  const { status } = spawnSync('curl', [
    '-s',
    '-o',
    '/dev/null',
    '--unix-socket',
    new URL(host).pathname,
    url,
  ])
  if (status !== 0) throw new Error(`curl ended with status ${status}`)
  return (performance.now() - started) / 1000
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
