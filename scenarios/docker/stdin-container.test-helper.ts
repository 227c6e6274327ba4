import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type Docker from 'dockerode'
import type { EngineStage } from '../../simulators/proxy/proxied-rig.test-helper.ts'
import { dockerClient } from './docker-host.ts'
import { WORKLOAD_IMAGE } from './workload-image.ts'

/** A real container that writes what it is told to, over its standard input. */
class StdinContainer {
  readonly id: string
  readonly #container: Docker.Container
  readonly #input: Duplex
  #lines = 0

  static async start(docker: Docker, name: string): Promise<StdinContainer> {
    const container = await docker.createContainer({
      name,
      Image: WORKLOAD_IMAGE,
      Cmd: ['/bin/sh', '-c', 'while read -r line; do echo "$line"; done'],
      OpenStdin: true,
      StdinOnce: true,
      HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'json-file', Config: {} } },
    })
    const attach = { stream: true, stdin: true, hijack: true }
    const input: unknown = await container.attach(attach)
    await container.start()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a hijacked connection is
    return new StdinContainer(container, input as Duplex)
  }

  private constructor(container: Docker.Container, input: Duplex) {
    this.id = container.id
    this.#container = container
    this.#input = input.on('error', () => undefined)
  }

  /** Resolves once it is stored. */
  async write(_stream: 'stdout', text: string): Promise<void> {
    this.#lines += text.split('\n').length - 1
    this.#input.write(text)
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- until it is there
      const log = await this.#container.logs({ stdout: true, follow: false })
      if (log.toString('latin1').split('\n').length > this.#lines) return
      // oxlint-disable-next-line no-await-in-loop
      await delay(20)
    }
  }

  async exit(): Promise<void> {
    this.#input.end()
    await this.#container.wait()
  }

  async pause(): Promise<void> {
    await this.#container.pause()
  }

  async remove(): Promise<void> {
    this.#input.destroy()
    await this.#container.remove({ force: true })
  }
}

/** A stage on a real engine, whose containers are removed with it. @param host `unix:///path` */
export async function realStage(host: string): Promise<EngineStage> {
  const docker = dockerClient(host)
  const prefix = `wt-${randomBytes(3).toString('hex')}-`
  const web = await StdinContainer.start(docker, `${prefix}web`)
  const all = [web]
  return {
    address: host,
    web,
    nameOf: (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : name),
    addContainer: async (name) => {
      const another = await StdinContainer.start(docker, `${prefix}${name}`)
      all.push(another)
      return another
    },
    exit: () => web.exit(),
    pause: () => web.pause(),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map((container) => container.remove()))
    },
  }
}
