import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runProgram } from '../docker/run-program.ts'
import { buildCollectorImage, COLLECTOR_IMAGE, COLLECTOR_UID, HARDENED } from '../image/collector-image.ts'
import { none, Rig, until, verdict, verdictOnLines } from './rig.ts'

const NEIGHBOURS = 4
const LINES = 500
const BESIDE_NODE_MAX = 90_000_000

/**
 * The collector's image, built and run on a real engine as its documents say: read-only, as nobody, without capabilities. It collects its neighbours and not itself,
 * is found alive by its own check, and ends when it is told to with every line delivered.
 */
export async function containerImage(): Promise<void> {
  await using rig = await Rig.open()
  const size = await buildCollectorImage(rig.host, (what) => process.stderr.write(`${what}\n`))
  const beside = size.all - size.node
  verdict('bytes of the image beside Node', beside, beside < BESIDE_NODE_MAX, `under ${BESIDE_NODE_MAX}`)
  process.stdout.write(
    `${size.all} bytes in all; the collector has ${size.collector} in ${size.packages} packages\n`,
  )
  await using running = await RunningImage.start(rig.host)
  const names = Array.from({ length: NEIGHBOURS }, (_, index) => `neighbour-${index + 1}`)
  for (const name of names) await rig.container(name, script(name))
  await until(
    'the engine says the collector is healthy',
    90,
    async () => (await running.state()).health === 'healthy',
  )
  const found = JSON.parse(await running.node(LOOK))
  verdict('user it runs as', found.uid, found.uid === COLLECTOR_UID, `${COLLECTOR_UID}`)
  verdict('files it could write outside of its volumes', ...none(found.written))
  verdict('its capabilities', ...none(Number.parseInt(found.capabilities, 16)))
  verdict('metrics it shows', found.metrics, found.metrics > 20, 'over 20')
  await Promise.all(names.map((name) => rig.docker.getContainer(name).wait()))
  await until('every line is delivered', 60, async () => {
    const outputs = await running.outputs()
    return names.every((name) => linesOf(outputs, name).length >= LINES)
  })
  verdict('status with which it ends', ...none(await running.stop()))
  const outputs = await running.outputs()
  for (const name of names)
    verdictOnLines(
      name,
      linesOf(outputs, name)
        .map((line) => `${line}\n`)
        .join(''),
      LINES,
    )
  verdict('files of itself', ...none([...outputs.keys()].filter((file) => file.startsWith(NAME)).length))
}

const NAME = 'watertight-collector-check'

/** Asked inside of the container. */
const LOOK = `
const fs = require('node:fs')
const paths = ['/app/x', '/etc/watertight/x', '/tmp/x', '/x']
const written = paths.filter((path) => { try { fs.writeFileSync(path, ''); return true } catch { return false } }).length
const capabilities = /CapEff:\\s*(\\w+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]
fetch('http://127.0.0.1:8001/metrics').then((answer) => answer.text()).then((text) =>
  console.log(JSON.stringify({ uid: process.getuid(), written, capabilities, metrics: text.split('# TYPE').length - 1 })))
`

function script(name: string): string {
  return `i=0; while [ $i -lt ${LINES} ]; do i=$((i + 1)); echo "${name} $i"; usleep 5000; done`
}

function linesOf(outputs: ReadonlyMap<string, string>, name: string): string[] {
  const file = [...outputs.keys()].find((one) => one.startsWith(`${name}-`))
  return file === undefined ? [] : outputs.get(file)!.split('\n').slice(0, -1)
}

/** A container of the image, with volumes that are removed with it. */
class RunningImage implements AsyncDisposable {
  readonly #host: string

  private constructor(host: string) {
    this.#host = host
  }

  static async start(host: string): Promise<RunningImage> {
    const running = new RunningImage(host)
    await running.#remove()
    const socket = host.replace(/^unix:\/\//, '')
    await running.#docker(
      'run',
      '--detach',
      `--name=${NAME}`,
      ...HARDENED,
      // What it is asked is asked inside of it.
      '--network=none',
      `--group-add=${(await stat(socket)).gid}`,
      `--volume=${socket}:/var/run/docker.sock`,
      '--volume=watertight-check-state:/var/lib/watertight',
      '--volume=watertight-check-logs:/var/log/watertight',
      COLLECTOR_IMAGE,
    )
    return running
  }

  async state(): Promise<{ health: string; exitCode: number }> {
    const [state] = JSON.parse(await this.#docker('inspect', NAME)).map(
      (one: { State: unknown }) => one.State,
    )
    return { health: state.Health?.Status ?? '', exitCode: state.ExitCode }
  }

  /** Runs a program of Node in it. @returns what it prints */
  async node(program: string): Promise<string> {
    return await this.#docker('exec', NAME, 'node', '-e', program)
  }

  /** What it has written, by file. */
  async outputs(): Promise<Map<string, string>> {
    const copy = await mkdtemp(path.join(tmpdir(), 'watertight-logs-'))
    try {
      await this.#docker('cp', `${NAME}:/var/log/watertight/.`, copy)
      const files = await readdir(copy)
      const texts = await Promise.all(files.map((file) => readFile(path.join(copy, file), 'utf8')))
      return new Map(files.map((file, index) => [file, texts[index]!]))
    } finally {
      await rm(copy, { recursive: true, force: true })
    }
  }

  /** @returns its exit status */
  async stop(): Promise<number> {
    await this.#docker('stop', '--time=20', NAME)
    return (await this.state()).exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove()
  }

  async #remove(): Promise<void> {
    await this.#docker('rm', '--force', NAME).catch(notThere)
    await this.#docker('volume', 'rm', '--force', 'watertight-check-state', 'watertight-check-logs')
  }

  async #docker(...args: readonly string[]): Promise<string> {
    return await runProgram('docker', args, { DOCKER_HOST: this.#host })
  }
}

function notThere(error: unknown): void {
  if (!String(error).includes('No such container')) throw error
}
