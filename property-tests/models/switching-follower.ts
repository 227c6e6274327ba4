import type { ContainerReader } from '../../reference/docker/reading/container-reader.ts'
import { createReader } from '../../reference/docker/reading/create-reader.ts'
import {
  parseContainerPosition,
  type ContainerPosition,
} from '../../reference/docker/reading/container-position.ts'
import type { Notice } from '../../reference/docker/reading/notice.ts'
import { LogTail } from '../../reference/docker/stored/log-tail.ts'
import { ReadBuffers } from '../../reference/docker/stored/read-buffers.ts'
import { StoredReader } from '../../reference/docker/stored/stored-reader.ts'
import { OpenFiles } from '../../reference/lifecycle/open-files.ts'
import type { Block } from '../../reference/dispatch/block.ts'
import type { VirtualPorts, SimulatedContainer } from '../../simulators/index.ts'

/** Where a visit reads the log. */
export type Way = 'api' | 'files'

/** Reads a container's log in visits, now over the API, now from the engine's files; between two of them only the saved position is left. */
export class SwitchingFollower {
  readonly notices: Notice[] = []
  #bytes: Uint8Array = new Uint8Array(0)
  #records = 0
  readonly #container: SimulatedContainer
  readonly #ports: VirtualPorts
  readonly #bufferBytes: number
  #saved: string | null = null

  constructor(container: SimulatedContainer, ports: VirtualPorts, bufferBytes: number) {
    this.#container = container
    this.#ports = ports
    this.#bufferBytes = bufferBytes
  }

  /** Everything that was delivered. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** Reads what is stored now. @param over whether nothing will continue what is open */
  async visit(way: Way, over: boolean): Promise<void> {
    const reader = way === 'api' ? await this.#readApi() : await this.#readFiles()
    if (over) reader.flush()
    this.#take(reader)
    this.#saved = JSON.stringify(reader.position)
  }

  /** The file that was read is not to be known again: the next visit looks for the place by what is stored before it. */
  loseFile(): void {
    if (this.#saved !== null) this.#saved = JSON.stringify({ ...JSON.parse(this.#saved), place: undefined })
  }

  get #options(): { readonly position?: ContainerPosition } & typeof OPTIONS & { readonly tty: boolean } {
    const position = this.#saved === null ? {} : { position: parseContainerPosition(JSON.parse(this.#saved)) }
    return { ...OPTIONS, tty: this.#container.tty, ...position }
  }

  async #readApi(): Promise<ContainerReader> {
    const reader = createReader({ ...this.#options, poll: false })
    const { signal } = new AbortController()
    let state = 'reopen'
    while (state === 'reopen') {
      const stream = await this.#ports.engine.openLogs(this.#container.id, {
        ...reader.open('snapshot'),
        signal,
      })
      state = 'aligning'
      for (;;) {
        const chunk = await stream.read({ signal })
        state = chunk === null ? reader.end() : reader.push(chunk)
        this.#take(reader)
        if (chunk === null || state === 'reopen') break
      }
      stream.destroy()
    }
    return reader
  }

  async #readFiles(): Promise<StoredReader> {
    const { clock, fileSystem, gunzip } = this.#ports
    const reader = new StoredReader(this.#options)
    const openLogs = new OpenFiles(1, clock)
    const buffers = new ReadBuffers(1, this.#bufferBytes)
    const deliver = async (): Promise<void> => this.#take(reader)
    const path = this.#container.logPath
    const tail = new LogTail({ clock, fileSystem, gunzip, openLogs, buffers, path, reader, deliver })
    await tail.readToEnd(new AbortController().signal)
    await tail.close()
    return reader
  }

  #take(reader: ContainerReader | StoredReader): void {
    this.notices.push(...reader.takeNotices())
    for (let block = reader.take(); block !== undefined; block = reader.take()) this.#add(block)
  }

  #add(block: Block): void {
    if (block.firstRecord !== this.#records) throw new Error(`${block.firstRecord} follows ${this.#records}`)
    this.#records += block.ends.length
    this.#bytes = Buffer.concat([this.#bytes, block.bytes])
  }
}

const SOURCE = { id: 'a'.repeat(64), kind: 'container', name: 'web', attributes: {} } as const
const OPTIONS = { source: SOURCE, maxLineBytes: 1024 * 1024, from: 'start' } as const
