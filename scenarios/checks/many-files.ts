import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  truncateSync,
  unlinkSync,
} from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { fileNameOf } from '../../reference/sinks/local-file/file-name.ts'
import { sourceOf } from '../../reference/files/file-source.ts'
import { CollectorProcess, LISTEN, none, until, verdict } from './rig.ts'

/**
 * Growing files, many more than may be open, rotated by rename and by copy and cut while they are read; the collector is stopped once and killed several
 * times. Each line has to come once and in order, except what the cuts took. Then the same with few descriptors, and what it costs to watch files that are silent.
 */
export async function manyFiles(): Promise<void> {
  await run({ files: 2000, open: 100, seconds: 40, descriptors: 1024 })
  await run({ files: 300, open: 30, seconds: 20, descriptors: 128 })
}

interface Load {
  readonly files: number
  /** Files that may be open. */
  readonly open: number
  readonly seconds: number
  readonly descriptors: number
}

async function run(load: Load): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-files-'))
  const what = `${load.files} files, ${load.open} open`
  try {
    const logs = Array.from(
      { length: load.files },
      (_, n) => new GrowingLog(path.join(directory, 'logs', `${n % 20}`, `app-${n}.log`), n % 2 === 0),
    )
    const config = await configure(directory, load)
    const start = (): Promise<CollectorProcess> =>
      CollectorProcess.start(config, path.join(directory, 'collector.log'), load)
    let collector = await start()
    try {
      let mostOpen = 0
      for (let second = 0; second < load.seconds; second++) {
        const began = performance.now()
        for (const [index, log] of logs.entries()) {
          log.write(1 + (index % 3))
          if ((second + index) % ROTATE_SECONDS === 0) log.rotate()
        }
        mostOpen = Math.max(mostOpen, await collector.metric('log_capturer_file_open_files'))
        if (second % KILL_SECONDS === KILL_SECONDS - 1) {
          await collector.kill()
          collector = await start()
        }
        await sleep(Math.max(0, 1000 - (performance.now() - began)))
      }
      const { seconds, status } = await collector.stop()
      verdict(`${what}: seconds to stop`, seconds, seconds < 10 && status === 0, 'less than 10, status 0')
      for (const log of logs) log.write(1)
      collector = await start()
      const last = new Map(logs.map((log) => [log, log.lastLine]))
      await until('everything is delivered', 120, async () => await areDelivered(directory, last)).catch(
        (error: unknown) => process.stderr.write(`${String(error)}\n`),
      )
      verdict(`${what}: files open at most`, mostOpen, mostOpen <= load.open, `at most ${load.open}`)
      const sick = await collector.sickParts()
      verdict(`${what}: parts that health calls sick`, ...none(sick.length))
      await reportIdle(what, collector)
    } catch (error) {
      process.stderr.write(
        (await readFile(path.join(directory, 'collector.log'), 'utf8')).slice(-LOG_CHARACTERS),
      )
      throw error
    } finally {
      await collector.stop()
    }
    await audit(what, directory, logs)
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function configure(directory: string, { open }: Load): Promise<string> {
  const config = path.join(directory, 'collector.yaml')
  await writeFile(
    config,
    stringify({
      state_dir: path.join(directory, 'state'),
      container_monitor: { enabled: false },
      file_monitor: {
        enabled: true,
        // Also what was rotated before the collector came to see the log at all.
        paths: [path.join(directory, 'logs', '**', '*.log*')],
        max_open_files: open,
        rotate_wait: '1s',
      },
      sinks: { local_file: { directory: path.join(directory, 'out'), max_open_files: open } },
      ...LISTEN,
    }),
  )
  return config
}

/** A log that is rotated in one of two ways. */
class GrowingLog {
  readonly path: string
  readonly #isCut: boolean
  readonly lines: string[] = []
  /** Lines that were written between a copy and the cut. */
  readonly cut: Set<string> = new Set()

  constructor(file: string, isCut: boolean) {
    this.path = file
    this.#isCut = isCut
    mkdirSync(path.dirname(file), { recursive: true })
  }

  get lastLine(): string {
    return this.lines.at(-1) ?? ''
  }

  write(count: number): void {
    const lines = Array.from(
      { length: count },
      (_, n) => `${path.basename(this.path)} ${this.lines.length + n + 1} ${PADDING}`,
    )
    this.lines.push(...lines)
    appendFileSync(this.path, lines.map((line) => `${line}\n`).join(''))
  }

  rotate(): void {
    for (let number = KEPT; number > 0; number--) {
      const from = `${this.path}.${number}`
      if (!existsSync(from)) continue
      if (number === KEPT) unlinkSync(from)
      else renameSync(from, `${this.path}.${number + 1}`)
    }
    if (this.#isCut) this.#copyAndCut()
    else renameSync(this.path, `${this.path}.1`)
    this.write(1)
  }

  #copyAndCut(): void {
    copyFileSync(this.path, `${this.path}.1`)
    // What copytruncate itself loses, now and then.
    if (this.lines.length % 5 === 0) {
      this.write(1)
      this.cut.add(this.lastLine)
    }
    truncateSync(this.path)
  }
}

async function areDelivered(directory: string, last: ReadonlyMap<GrowingLog, string>): Promise<boolean> {
  for (const [log, line] of last) if (!(await outputOf(directory, log)).endsWith(`${line}\n`)) return false
  return true
}

async function outputOf(directory: string, { path: file }: GrowingLog): Promise<string> {
  return await readFile(path.join(directory, 'out', fileNameOf(sourceOf(file))), 'utf8').catch(() => '')
}

/** What it costs to watch files to which nothing is written. */
async function reportIdle(what: string, collector: CollectorProcess): Promise<void> {
  await sleep(IDLE_AFTER_SECONDS * 1000)
  const before = await collector.metric('process_cpu_seconds_total')
  await sleep(IDLE_SECONDS * 1000)
  const percent = (100 * ((await collector.metric('process_cpu_seconds_total')) - before)) / IDLE_SECONDS
  verdict(
    `${what}: percent of a core while they are silent`,
    percent,
    percent < IDLE_MAX,
    `less than ${IDLE_MAX}`,
  )
  const memory = (await collector.sample()).rssBytes / 1e6
  verdict(`${what}: memory, MB`, memory, memory < MEMORY_MAX_MB, `less than ${MEMORY_MAX_MB}`)
}

async function audit(what: string, directory: string, logs: readonly GrowingLog[]): Promise<void> {
  const counts = { missing: 0, wrong: 0, cut: 0, rotated: 0 }
  for (const log of logs) {
    const output = (await outputOf(directory, log)).split('\n').slice(0, -1)
    const places = new Map(log.lines.map((line, index) => [line, index]))
    let at = -1
    for (const line of output) {
      const place = places.get(line) ?? -1
      if (place <= at) {
        counts.wrong += 1
        if (counts.wrong <= EXAMPLES) process.stdout.write(`  after line ${at + 1} came: ${line}\n`)
      } else at = place
    }
    const delivered = new Set(output)
    for (const line of log.lines) {
      if (delivered.has(line)) continue
      if (log.cut.has(line)) counts.cut += 1
      else {
        counts.missing += 1
        if (counts.missing <= EXAMPLES) process.stdout.write(`  missing: ${line}\n`)
      }
    }
  }
  const written = logs.reduce((sum, { lines }) => sum + lines.length, 0)
  const outputs = await readdir(path.join(directory, 'out'))
  verdict(`${what}: output files`, outputs.length, outputs.length === logs.length, `${logs.length}`)
  verdict(`${what}: lines missing`, counts.missing, counts.missing === 0, `0 of ${written}`)
  verdict(`${what}: lines repeated, out of order or never written`, ...none(counts.wrong))
  verdict(`${what}: lines that cuts took`, counts.cut, true, 'any number')
  const told = (await readFile(path.join(directory, 'collector.log'), 'utf8'))
    .split('\n')
    .filter((line) => line.includes('"kind":"cut"')).length
  verdict(
    `${what}: cuts that were told`,
    told,
    counts.cut === 0 || told > 0,
    'more than 0 where any took a line',
  )
}

/** Of what is wrong, so many are shown. */
const EXAMPLES = 20
/** Of the collector's log, where it fails. */
const LOG_CHARACTERS = 2000
const ROTATE_SECONDS = 11
const KILL_SECONDS = 17
/** Rotated files that are kept. */
const KEPT = 5
/** Silent logs are asked for less often after a while. */
const IDLE_AFTER_SECONDS = 30
const IDLE_SECONDS = 20
/** Percent of a core. */
const IDLE_MAX = 25
/**
 * Of 2,000 files some 60 MB of heap are alive; the rest is what V8 has not collected yet (with `--max-old-space-size=100` it is 170 MB in all). More would be a
 * leak, or something that is kept of each line.
 */
const MEMORY_MAX_MB = 400
const PADDING = '.'.repeat(80)
