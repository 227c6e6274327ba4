import { ConnectWatch } from './connect-watch.ts'
import { ListenerWatch } from './listener-watch.ts'
import { OpenWatch } from './open-watch.ts'
import { ResourceWatch } from './resource-watch.ts'
import { StreamWatch } from './stream-watch.ts'

/** All that sees what a block opens. One at a time: it replaces methods that the whole process shares. */
export class BlockWatch implements Disposable {
  readonly resources: ResourceWatch
  readonly opens: OpenWatch
  readonly listeners: ListenerWatch
  readonly connects: ConnectWatch
  readonly streams: StreamWatch

  constructor() {
    this.resources = new ResourceWatch()
    this.streams = new StreamWatch(this.resources)
    this.opens = new OpenWatch(this.resources)
    this.listeners = new ListenerWatch(this.resources, this.streams.onEmitter)
    this.connects = new ConnectWatch()
  }

  [Symbol.dispose](): void {
    this.connects[Symbol.dispose]()
    this.listeners[Symbol.dispose]()
    this.opens[Symbol.dispose]()
    this.resources[Symbol.dispose]()
  }
}
