/**
 * `node scenarios/alerts/record-memory.ts FILE [DEFECT]`: what the process of the reference collector says of its memory, for eight phase hours of forty
 * containers on a simulated daemon, compressed to eight minutes. The virtual world has no memory to tell of, so this is kept in `recorded/`.
 */
import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { openRunRoom } from '../engines/run-room.ts'
import { provideSimulated } from '../engines/simulated.ts'
import { parseExposition, sumOf } from '../probes/prometheus.ts'
import { referenceSubject } from '../subjects/reference.ts'
import { SubjectProcess } from '../subjects/subject-process.ts'
import { workloadsOf } from '../workload.ts'
import { PROCESS_METRICS, type ProcessRecording } from './process-recording.ts'

const COMPRESS = 60
const MINUTES = 480
const PHASE = {
  name: 'memory',
  requirement: 'A17',
  description: 'Forty containers',
  durationSeconds: MINUTES * 60,
  slots: 50,
  load: { chatty: 20, bursty: 10, silent: 10 },
  criteria: [],
}

const [file, defect = null] = process.argv.slice(2)
if (file === undefined) {
  process.stderr.write('Usage: node scenarios/alerts/record-memory.ts FILE [DEFECT]\n')
  process.exit(2)
}
await using room = await openRunRoom()
await using engine = provideSimulated()
const labels = { 'watertight.run': 'memory' }
await using containers = await engine.start({
  workloads: workloadsOf(PHASE, COMPRESS, 'wt'),
  labels,
  seed: 1,
})
const place = {
  dockerHost: containers.host,
  outDir: room.output,
  stateDir: room.state,
  tailDir: '',
  sinkUrl: '',
}
const definition = await referenceSubject(defect).prepare(
  { ...place, label: 'watertight.run=memory' },
  { slots: PHASE.slots, compress: COMPRESS },
)
await using subject = new SubjectProcess(definition, room.logs)
await subject.start(new AbortController().signal)
const recording: ProcessRecording = {
  defect,
  compress: COMPRESS,
  samples: Object.fromEntries(PROCESS_METRICS.map((name) => [name, []])),
}
while ((await scrape()) === null) await sleep(500)
const started = performance.now()
for (let minute = 0; minute < MINUTES; minute++) {
  // oxlint-disable no-await-in-loop -- a sample after the other
  await sleep(Math.max(0, started + (minute * 60_000) / COMPRESS - performance.now()))
  const samples = parseExposition((await scrape()) ?? '')
  for (const name of PROCESS_METRICS) recording.samples[name]!.push(sumOf(samples, name))
  // oxlint-enable no-await-in-loop
}

/** Its metrics; null while it does not answer. @throws Error when it has ended */
async function scrape(): Promise<string | null> {
  if (subject.problems.length > 0) throw new Error(subject.problems.join('\n'))
  const answer = await fetch(definition.metrics!.url).catch(() => null)
  return answer === null ? null : answer.text()
}

await writeFile(file, `${JSON.stringify(recording)}\n`)
