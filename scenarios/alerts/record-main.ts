/** `node scenarios/alerts/record-main.ts NAME METRIC...`: makes one recording, a process each because a defect patches the sources. Prints it. */
import { record } from './record.ts'
import { RECORDINGS } from './recordings.ts'

const [wanted, ...metrics] = process.argv.slice(2)
const recording = RECORDINGS.find(({ name }) => name === wanted)
if (recording === undefined) {
  process.stderr.write(
    `There is no recording ${wanted}: there are ${RECORDINGS.map(({ name }) => name).join(', ')}\n`,
  )
  process.exit(2)
}
const series = await record(recording, new Set(metrics))
process.stdout.write(JSON.stringify(series.forPromtool()))
