import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import Docker from 'dockerode'
import { HttpDockerEngine } from '../reference/adapters/engine/http-docker-engine.ts'
import { createReader } from '../reference/docker/reading/create-reader.ts'
import { readingOf, type LogReading } from '../reference/docker/reading/log-reading.ts'
import type { DockerEngine, LogStream } from '../reference/ports/index.ts'

/**
 * Holds the aligning cursor against a real engine: containers write numbered lines while the connection to their log is cut every 50 to 500
 * ms. Per stream every number must come once, in order.
 *
 *     node scenarios/cursor-torture.ts --docker-host unix:///var/run/docker.sock --image busybox
 */
interface TortureCase {
  readonly name: string
  readonly tty: boolean
  readonly log: Readonly<Record<string, string>>
  /** Shell that writes `o <n> ...` to standard output and `e <n> ...` to standard error, numbered from 1. */
  readonly script: string
}

const LONG = 'L=x; k=0; while [ $k -lt 15 ]; do L="$L$L"; k=$((k+1)); done;'
const numbered = (lines: number, body: string): string =>
  `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); ${body}; done`

const CASES: readonly TortureCase[] = [
  {
    name: 'both streams',
    tty: false,
    log: {},
    script: numbered(60_000, 'echo "o $i"; echo "e $i" >&2; [ $((i%200)) = 0 ] && usleep 15000'),
  },
  {
    name: 'lines over 16 KiB',
    tty: false,
    log: {},
    script: `${LONG} ${numbered(600, 'echo "o $i $L"; echo "e $i" >&2; usleep 8000')}`,
  },
  {
    name: 'lines written in bulk',
    tty: false,
    log: {},
    script: numbered(
      1500,
      'seq $((i*60-59)) $((i*60)) | sed -e "s/^/o /" -e "s/$/ abcdefghijklmnopqrstuvwxyz/"; usleep 4000',
    ),
  },
  {
    name: 'lines split by pauses',
    tty: false,
    log: {},
    script: `${LONG} ${numbered(6, 'printf "o $i $L"; sleep 1; echo "$L"; echo "e $i" >&2')}`,
  },
  {
    name: 'lines in pieces, now and then',
    tty: false,
    log: {},
    script: numbered(
      3000,
      'if [ $((i%150)) = 0 ]; then printf "o $i "; usleep 20000; echo x; else echo "o $i"; fi; usleep 5000',
    ),
  },
  {
    name: 'TTY',
    tty: true,
    log: {},
    script: numbered(30_000, 'echo "o $i"; [ $((i%200)) = 0 ] && usleep 15000'),
  },
  {
    name: 'log rotation 1m x 3',
    tty: false,
    log: { 'max-size': '1m', 'max-file': '3' },
    script: numbered(
      60_000,
      'echo "o $i abcdefghijklmnopqrstuvwxyz"; echo "e $i" >&2; [ $((i%100)) = 0 ] && usleep 10000',
    ),
  },
  {
    name: 'log rotation 100k x 3',
    tty: false,
    log: { 'max-size': '100k', 'max-file': '3' },
    script: numbered(20_000, 'echo "o $i abcdefghijklmnopqrstuvwxyz"; [ $((i%20)) = 0 ] && usleep 20000'),
  },
]

interface Result {
  readonly lines: number
  readonly missing: number
  readonly duplicated: number
  readonly outOfOrder: number
  readonly opens: number
  readonly gaps: number
  readonly replayed: number
}

async function torture(engine: DockerEngine, id: string, tty: boolean, reading: LogReading): Promise<Result> {
  const { poll } = reading
  const source = { id, kind: 'container', name: 'torture', attributes: {} } as const
  const reader = createReader({ source, tty, ...reading, maxLineBytes: 1 << 20, from: 'start' })
  const never = new AbortController().signal
  let text = ''
  let opens = 0
  let gaps = 0
  let replayed = 0
  const take = (): void => {
    text += Buffer.from(reader.take()?.bytes ?? []).toString('latin1')
    for (const notice of reader.takeNotices()) {
      if (notice.kind === 'gap') gaps += 1
      if (notice.kind === 'replay') replayed += notice.messages
    }
  }
  /** Reads a snapshot beside the followed stream. */
  const settle = async (): Promise<void> => {
    for (let again = true; again;) {
      const stream = await engine.openLogs(id, { ...reader.open('proof'), signal: never })
      for (let chunk = await stream.read({ signal: never }); chunk !== null && again;) {
        again = reader.push(chunk) !== 'reopen'
        take()
        chunk = await stream.read({ signal: never })
      }
      again = reader.end() === 'reopen'
      stream.destroy()
      take()
    }
  }
  /** One connection, cut after `lifeMs`; true when it ended by itself at the cursor. */
  const visit = async (how: 'follow' | 'snapshot', lifeMs: number): Promise<boolean> => {
    opens += 1
    const cut = AbortSignal.timeout(Math.ceil(lifeMs))
    let stream: LogStream | undefined
    try {
      // Podman refuses when it meets a line that is just being written.
      stream = await engine.openLogs(id, { ...reader.open(how), signal: never })
      for (;;) {
        const chunk = await stream.read({ signal: cut })
        let state = chunk === null ? reader.end() : reader.push(chunk)
        take()
        while (state === 'doubt') {
          await settle()
          state = reader.resume('read')
          take()
        }
        if (state === 'reopen') return false
        if (chunk === null) return true
      }
    } catch {
      return false
    } finally {
      // Never cut before alignment: a log that takes longer than one life would never be passed.
      stream?.destroy()
      reader.cut()
      take()
    }
  }
  const running = async (): Promise<boolean> => (await engine.inspectContainer(id, { signal: never })).running
  while (await running()) {
    await visit(poll ? 'snapshot' : 'follow', poll ? 5000 : 50 + Math.random() * 450)
    await delay(Math.random() * 30)
  }
  while (!(await visit('snapshot', 60_000)));
  reader.flush()
  take()
  return { ...count(text), opens, gaps, replayed }
}

function count(text: string): Pick<Result, 'lines' | 'missing' | 'duplicated' | 'outOfOrder'> {
  const lines = text.split('\n').slice(0, -1)
  let missing = 0
  let duplicated = 0
  let outOfOrder = 0
  for (const stream of ['o', 'e']) {
    const numbers = lines
      .filter((line) => line.startsWith(`${stream} `))
      .map((line) => Number(line.split(' ', 2)[1]))
    const seen = new Set(numbers)
    const largest = numbers.reduce((a, b) => Math.max(a, b), 0)
    missing += largest - seen.size
    duplicated += numbers.length - seen.size
    outOfOrder += numbers.filter((n, index) => index > 0 && n < numbers[index - 1]!).length
  }
  return { lines: lines.length, missing, duplicated, outOfOrder }
}

async function main(): Promise<void> {
  const options = new Command('cursor-torture')
    .requiredOption('--docker-host <address>', 'unix:///path or tcp://host:port')
    .requiredOption('--image <name>', 'an image with a shell and usleep, such as busybox')
    .option('--case <text>', 'only cases whose name contains the text', '')
    .parse()
    .opts<{ dockerHost: string; image: string; case: string }>()
  const docker = new Docker({ socketPath: options.dockerHost.replace('unix://', '') })
  const engine = new HttpDockerEngine(options.dockerHost)
  const info = await engine.info({ signal: new AbortController().signal })
  let failed = 0
  for (const one of CASES.filter(({ name }) => name.includes(options.case))) {
    const container = await docker.createContainer({
      Image: options.image,
      Cmd: ['sh', '-c', one.script],
      Tty: one.tty,
      Labels: { 'watertight.torture': '1' },
      HostConfig: {
        NetworkMode: 'none',
        LogConfig: { Type: info.kind === 'podman' ? 'k8s-file' : 'json-file', Config: one.log },
      },
    })
    try {
      await container.start()
      const result = await torture(engine, container.id, one.tty, readingOf(info))
      if (result.missing + result.duplicated + result.outOfOrder > 0 || result.lines === 0) failed += 1
      process.stdout.write(`${one.name.padEnd(24)} ${JSON.stringify(result)}\n`)
    } finally {
      await container.remove({ force: true })
    }
  }
  engine.close()
  process.exitCode = failed > 0 ? 1 : 0
}

await main()
