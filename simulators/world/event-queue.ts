/** Something that will happen at a virtual time. */
export interface ScheduledEvent {
  /** Virtual milliseconds since the start of the world. */
  readonly atMs: number
  readonly label: string
  /** Background events (workloads) go on for ever and do not keep the world from being quiet. May change. */
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
  readonly owner: object | null
  readonly tie: number
  readonly run: () => void
  /** False for what is always in the foreground. */
  readonly mayBeBackground: boolean
  readonly #background: boolean | (() => boolean)
  readonly #queue: EventQueue
  state: 'queued' | 'taken' | 'cancelled' = 'queued'

  constructor(
    queue: EventQueue,
    event: {
      atMs: number
      tie: number
      label: string
      background: boolean | (() => boolean)
      run: () => void
      owner: object | null
    },
  ) {
    this.#queue = queue
    this.atMs = event.atMs
    this.tie = event.tie
    this.label = event.label
    this.mayBeBackground = event.background !== false
    this.#background = event.background
    this.owner = event.owner
    this.run = event.run
  }

  get background(): boolean {
    return typeof this.#background === 'boolean' ? this.#background : this.#background()
  }

  cancel(): void {
    if (this.state !== 'queued') return
    this.state = 'cancelled'
    this.#queue.forget(this)
  }
}

/**
 * Events in the order of their virtual time; equal times in the order of `tie`, which the world draws from its seed. A heap in which each
 * node has four children (it is half as deep as a binary one, and the children's times lie side by side): adding and taking cost O(log n),
 * cancelling O(1) amortised (a cancelled event stays until it is met or half of the heap is cancelled).
 */
export class EventQueue {
  #heap: QueuedEvent[] = []
  /** `atMs` of the events in the heap, in the same order: comparing need not touch the events. */
  #times = new Float64Array(INITIAL_CAPACITY)
  #live = 0
  /** Events that are always in the foreground. */
  #foreground = 0

  /** Events that will still run. */
  get size(): number {
    return this.#live
  }

  /** Whether any event that will still run is not background. */
  get hasForeground(): boolean {
    return this.#foreground > 0 || this.#heap.some((event) => event.state === 'queued' && !event.background)
  }

  add(
    atMs: number,
    tie: number,
    label: string,
    background: boolean | (() => boolean),
    run: () => void,
    owner: object | null = null,
  ): ScheduledEvent {
    const event = new QueuedEvent(this, { atMs, tie, label, background, run, owner })
    this.#live += 1
    if (!event.mayBeBackground) this.#foreground += 1
    if (this.#heap.length === this.#times.length) this.#growTimes()
    this.#heap.push(event)
    this.#siftUp(this.#heap.length - 1, event)
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
    const live = this.#heap.filter((other) => other.state === 'queued')
    this.#heap = []
    for (const other of live) {
      this.#heap.push(other)
      this.#siftUp(this.#heap.length - 1, other)
    }
  }

  #discount(event: QueuedEvent): void {
    this.#live -= 1
    if (!event.mayBeBackground) this.#foreground -= 1
  }

  #pop(): QueuedEvent | undefined {
    const top = this.#heap[0]
    const last = this.#heap.pop()
    if (top === undefined || last === undefined || top === last) return top
    this.#siftUp(this.#openLeaf(), last)
    return top
  }

  /** Moves the smallest child up from the root down to a leaf, and returns the place that became free. */
  #openLeaf(): number {
    const heap = this.#heap
    const times = this.#times
    const { length } = heap
    let hole = 0
    for (let child = 1; child < length; child = FAN * hole + 1) {
      const end = Math.min(child + FAN, length)
      let smallest = child
      let time = times[child]!
      for (let other = child + 1; other < end; other++) {
        const otherTime = times[other]!
        if (otherTime > time || (otherTime === time && heap[other]!.tie >= heap[smallest]!.tie)) continue
        smallest = other
        time = otherTime
      }
      heap[hole] = heap[smallest]!
      times[hole] = time
      hole = smallest
    }
    return hole
  }

  /** Puts an event into the free place `hole`, or as far above it as it belongs. */
  #siftUp(hole: number, event: QueuedEvent): void {
    const heap = this.#heap
    const times = this.#times
    const { atMs } = event
    while (hole > 0) {
      const parent = (hole - 1) >> FAN_BITS
      if (!(atMs < times[parent]! || (atMs === times[parent]! && event.tie < heap[parent]!.tie))) break
      heap[hole] = heap[parent]!
      times[hole] = times[parent]!
      hole = parent
    }
    heap[hole] = event
    times[hole] = atMs
  }

  #growTimes(): void {
    const larger = new Float64Array(this.#times.length * 2)
    larger.set(this.#times)
    this.#times = larger
  }
}

const FAN_BITS = 2
const FAN = 1 << FAN_BITS
const INITIAL_CAPACITY = 256
/** Below this size compacting costs more than the cancelled events weigh. */
const SMALL_HEAP = 64
