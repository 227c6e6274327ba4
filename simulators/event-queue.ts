/** Something that will happen at a virtual time. */
export interface ScheduledEvent {
  /** Virtual milliseconds since the start of the world. */
  readonly atMs: number
  readonly label: string
  /** Background events (workloads) go on for ever and do not keep the world from being quiet. */
  readonly background: boolean
  /** Takes the event out of the queue. Idempotent; nothing once it has run. */
  cancel(): void
}

/** An event in a queue. */
export interface OwnedEvent extends ScheduledEvent {
  /** The process that waits for it; null when it is the machine's or the test's. */
  readonly owner: object | null
}

class QueuedEvent implements OwnedEvent {
  readonly atMs: number
  readonly label: string
  readonly background: boolean
  readonly owner: object | null
  readonly tie: number
  readonly run: () => void
  readonly #queue: EventQueue
  state: 'queued' | 'taken' | 'cancelled' = 'queued'

  constructor(
    queue: EventQueue,
    event: {
      atMs: number
      tie: number
      label: string
      background: boolean
      run: () => void
      owner: object | null
    },
  ) {
    this.#queue = queue
    this.atMs = event.atMs
    this.tie = event.tie
    this.label = event.label
    this.background = event.background
    this.owner = event.owner
    this.run = event.run
  }

  cancel(): void {
    if (this.state !== 'queued') return
    this.state = 'cancelled'
    this.#queue.forget(this)
  }
}

/**
 * Events in the order of their virtual time; equal times in the order of `tie`, which the world draws from its seed. A binary heap:
 * adding and taking cost O(log n), cancelling O(1) amortised (a cancelled event stays until it is met or half of the heap is cancelled).
 */
export class EventQueue {
  #heap: QueuedEvent[] = []
  #live = 0
  #background = 0

  /** Events that will still run. */
  get size(): number {
    return this.#live
  }

  /** Events that will still run and are not background. */
  get foreground(): number {
    return this.#live - this.#background
  }

  add(
    atMs: number,
    tie: number,
    label: string,
    background: boolean,
    run: () => void,
    owner: object | null = null,
  ): ScheduledEvent {
    const event = new QueuedEvent(this, { atMs, tie, label, background, run, owner })
    this.#live += 1
    if (background) this.#background += 1
    this.#heap.push(event)
    this.#siftUp(this.#heap.length - 1)
    return event
  }

  /** Removes and returns the next event. */
  take(): (ScheduledEvent & { run: () => void }) | undefined {
    for (let top = this.#pop(); top !== undefined; top = this.#pop()) {
      if (top.state === 'cancelled') continue
      top.state = 'taken'
      this.#discount(top)
      return top
    }
    return undefined
  }

  /** Events that will still run, in no particular order. */
  list(): OwnedEvent[] {
    return this.#heap.filter((event) => event.state === 'queued')
  }

  /** For {@link ScheduledEvent.cancel} only. */
  forget(event: QueuedEvent): void {
    this.#discount(event)
    if (this.#heap.length < SMALL_HEAP || this.#live * 2 > this.#heap.length) return
    this.#heap = this.#heap.filter((other) => other.state === 'queued')
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) this.#siftDown(i)
  }

  #discount(event: QueuedEvent): void {
    this.#live -= 1
    if (event.background) this.#background -= 1
  }

  #pop(): QueuedEvent | undefined {
    const top = this.#heap[0]
    const last = this.#heap.pop()
    if (top === undefined || last === undefined || top === last) return top
    this.#heap[0] = last
    this.#siftDown(0)
    return top
  }

  #siftUp(start: number): void {
    const heap = this.#heap
    const event = heap[start]!
    let index = start
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(event, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = event
  }

  #siftDown(start: number): void {
    const heap = this.#heap
    const event = heap[start]!
    let index = start
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
      if (!isBefore(heap[child]!, event)) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = event
  }
}

function isBefore(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.atMs === b.atMs ? a.tie < b.tie : a.atMs < b.atMs
}

/** Below this size compacting costs more than the cancelled events weigh. */
const SMALL_HEAP = 64
