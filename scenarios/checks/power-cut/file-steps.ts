import type { FileSystem } from '../../../reference/ports/index.ts'
import type { SeededRandom } from '../../../simulators/index.ts'

/** Something done to files in a directory that a trial has to itself. */
export type FileStep = (files: FileSystem, directory: string) => Promise<void>

/** Some steps that depend on the seed alone. Each append writes a letter of its own. */
export function drawSteps(random: SeededRandom): FileStep[] {
  const count = random.integer(3, 9)
  return Array.from({ length: count }, (_, index) => drawStep(random, String.fromCharCode(0x61 + index)))
}

function drawStep(random: SeededRandom, letter: string): FileStep {
  const [from, to] = [drawName(random), drawName(random)]
  const length = random.integer(1, 1400)
  switch (random.integer(0, 5)) {
    case 0:
      return (files, directory) => whereThere(files.rename(`${directory}/${from}`, `${directory}/${to}`))
    case 1:
      return (files, directory) => whereThere(files.unlink(`${directory}/${from}`))
    case 2:
      return (files, directory) => files.syncDirectory(`${directory}/${from.slice(0, 1)}`)
    case 3:
      return (files, directory) => append(files, `${directory}/${from}`, '', true)
    default:
      return (files, directory) => append(files, `${directory}/${from}`, letter.repeat(length), false)
  }
}

/** Two directories, two names in each; more often than not the same, so that something comes of it. */
function drawName(random: SeededRandom): string {
  if (random.chance(0.6)) return 'x/0'
  return `${random.integer(0, 1) === 0 ? 'x' : 'y'}/${random.integer(0, 1)}`
}

async function append(files: FileSystem, path: string, text: string, sync: boolean): Promise<void> {
  const file = await files.open(path, 'a+')
  await file.write([Buffer.from(text)])
  if (sync) await file.sync()
  await file.close()
}

/** What is not there is neither renamed nor unlinked, here as there. */
async function whereThere(operation: Promise<void>): Promise<void> {
  await operation.catch(() => {})
}

/** The directories of a trial, on the disk. */
export async function prepare(files: FileSystem, directory: string): Promise<void> {
  for (const name of ['x', 'y']) await files.mkdir(`${directory}/${name}`)
  await files.syncDirectory(directory)
}

/** Every file of a trial and what it holds, runs of a byte as a length. */
export async function describeFiles(files: FileSystem, directory: string): Promise<string> {
  const found: string[] = []
  for (const name of ['x/0', 'x/1', 'y/0', 'y/1']) {
    const file = await files.open(`${directory}/${name}`, 'r').catch(() => null)
    if (file === null) continue
    const bytes = new Uint8Array((await file.stat()).size)
    await file.read(bytes, 0)
    await file.close()
    found.push(`${name}: ${describeRuns(Buffer.from(bytes).toString('latin1'))}`)
  }
  return found.join('; ')
}

function describeRuns(text: string): string {
  const runs = text.matchAll(/([^])\1*/g)
  return (
    [...runs].map(([run, byte]) => `${byte === '\0' ? 'NUL' : byte} x ${run.length}`).join(' ') || 'empty'
  )
}
