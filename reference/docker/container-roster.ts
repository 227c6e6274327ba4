import type { ContainerMonitorConfig } from '../config/config.ts'
import { currentName } from '../dispatch/attributes.ts'
import type { Source } from '../dispatch/block.ts'
import { cancellation } from '../lifecycle/abort.ts'
import type { Scope } from '../lifecycle/scope.ts'
import type { MissedReason } from '../metrics/metrics.ts'
import type { Clock } from '../ports/clock.ts'
import type { ContainerDetails, ContainerEvent, ContainerSummary } from '../ports/docker-engine.ts'
import { Absences } from './absences.ts'
import type { Admission, Admitted } from './admission.ts'
import { isNameExcluded } from './container-filter.ts'
import { ContainerNews } from './container-news.ts'
import { ContainerSession, type SessionContext, type SessionEnd } from './container-session.ts'
import type { Retirement } from './retirement.ts'

export interface RosterOptions {
  readonly config: ContainerMonitorConfig
  readonly clock: Clock
  readonly admission: Admission
  readonly session: Omit<SessionContext, 'admit'>
  readonly retirement: Retirement
  readonly knownSources: () => readonly Source[]
}

/** A container that is, or is to be, followed. */
interface Entry {
  readonly id: string
  /** As it was first heard of. */
  readonly name: string
  /** The name that an event said it was given, or two lists in a row; null before. */
  renamedTo: string | null
  /** The name the last list had. */
  listedAs: string | null
  /** Whether the last list had it running; true before. */
  listedRunning: boolean
  readonly news: ContainerNews
  readonly from: ContainerMonitorConfig['from']
  /** Null between a session that failed unexpectedly and the next. */
  session: ContainerSession | null
  /** The scope of the session; null between two. */
  scope: Scope | null
}

/**
 * Who is followed. Of events and lists it takes only which containers there are and what happened to them; whether one is followed is decided by what
 * the engine says when it is asked for that container: an event mixes labels with attributes of its own.
 *
 *     heard of --described, fits--> followed --removed, and asked for in vain--> finished, forgotten
 *              \-described, does not fit--> ignored until it is gone or renamed
 *
 * Tasks: `container_follow` and `container_heartbeat` per container.
 */
export class ContainerRoster {
  readonly #options: RosterOptions
  readonly #entries = new Map<string, Entry>()
  /** Containers that are not to be followed, by the name they were decided under. */
  readonly #ignored = new Map<string, string>()
  readonly #absences: Absences
  #scope: Scope | null = null
  /** The containers of the first list: those that were there when the collector started. */
  #presentAtStart: ReadonlySet<string> | null = null
  /** Those that were known when the last list was empty. */
  #unlisted: readonly string[] = []

  constructor(options: RosterOptions) {
    this.#options = options
    const spanMs = (): number => (LISTS_UNTIL_GONE - 1) * options.config.resyncIntervalMs
    this.#absences = new Absences({ lists: LISTS_UNTIL_GONE, spanMs })
  }

  /** Number of containers being followed. */
  get followed(): number {
    return this.#entries.size
  }

  /** Containers that are followed or have a position while the engine lists none at all: it may have come up before its data. */
  get unlisted(): number {
    if (this.#unlisted.length === 0) return 0
    const sources = this.#sources()
    return this.#unlisted.filter((id) => this.#entries.has(id) || sources.has(id)).length
  }

  get sessions(): ContainerSession[] {
    return [...this.#entries.values()].flatMap(({ session }) => session ?? [])
  }

  /** Everything that is, or is to be, followed, in the order it was heard of. */
  followedOnes(): {
    readonly id: string
    readonly name: string
    readonly session: ContainerSession | null
  }[] {
    return [...this.#entries.values()].map(({ id, name, renamedTo, session }) => ({
      id,
      name: session === null ? (renamedTo ?? name) : currentName(session.source),
      session,
    }))
  }

  /** Containers are followed in the scope. */
  start(scope: Scope): void {
    this.#scope = scope
    this.#options.admission.announce()
  }

  /** To be called once the scope is closed. */
  clear(): void {
    this.#scope = null
    this.#entries.clear()
    this.#ignored.clear()
    this.#absences.clear()
    this.#presentAtStart = null
    this.#unlisted = []
  }

  /** Takes up other settings: who would be read otherwise by them is begun anew, or left, alone. Who was ignored is looked at again with the next list. */
  reconfigured(): void {
    this.#ignored.clear()
    for (const entry of this.#entries.values()) {
      const review = (details: ContainerDetails): Admitted | null =>
        this.#options.admission.review(details, entry.renamedTo)
      if (entry.session?.isOutdated(review) === true) entry.scope?.abort(OUTDATED)
    }
  }

  /** The engine was away: what looked like the end of a log may not be one. */
  interrupted(): void {
    for (const { news } of this.#entries.values()) news.interrupted()
  }

  /** @returns whether the list is believed: not an empty one while some are known, as of an engine that has just come up */
  listed(containers: readonly ContainerSummary[]): boolean {
    const present = new Set(containers.map(({ id }) => id))
    this.#presentAtStart ??= new Set([...present].filter((id) => !this.#entries.has(id)))
    for (const container of containers) {
      const entry = this.#entries.get(container.id)
      if (entry !== undefined) this.#seen(entry, container)
      else if (this.#ignored.get(container.id) !== container.name) this.#addListed(container)
    }
    this.#noteAbsent(present)
    return this.#unlisted.length === 0
  }

  heard(event: ContainerEvent): void {
    const { action, id, name } = event
    const entry = this.#entries.get(id)
    switch (action) {
      case 'create':
      case 'rename':
        if (action === 'rename') this.#ignored.delete(id)
        if (entry !== undefined) this.#rename(entry, name)
        else this.#add(id, name, { announced: action === 'create', created: action === 'create' })
        break
      case 'start':
      case 'die':
        if (entry === undefined && this.#ignored.has(id)) break
        if (action === 'start' || entry === undefined)
          (entry ?? this.#add(id, name, { announced: true, created: false })).news.started()
        if (action === 'die') entry?.news.ended()
        break
      case 'destroy':
        if (entry !== undefined) entry.news.wasRemoved()
        else if (!this.#ignored.delete(id)) this.#noteMissed(id, name, 'not_described')
        break
    }
  }

  /** A list may be older than the event of a rename that came before it: two of them count. */
  #seen(entry: Entry, { name, running }: ContainerSummary): void {
    if (entry.listedAs === name) this.#rename(entry, name)
    entry.listedAs = name
    if (!running && entry.listedRunning) entry.news.ended()
    entry.listedRunning = running
    entry.news.look()
  }

  #rename(entry: Entry, name: string): void {
    const { session } = entry
    entry.renamedTo = name
    if (session !== null && currentName(session.source) !== name) session.rename(name)
  }

  #addListed(container: ContainerSummary): void {
    if (this.#options.admission.considers(container))
      this.#add(container.id, container.name, { announced: false, created: false })
    else this.#ignored.set(container.id, container.name)
  }

  /** @param how.announced by an event that says that it was started or will be. @param how.created by the event of its creation. */
  #add(id: string, name: string, how: { announced: boolean; created: boolean }): Entry {
    const { announced, created } = how
    const from = this.#isNew(id, created) ? 'start' : this.#options.config.from
    const entry: Entry = {
      id,
      name,
      renamedTo: null,
      listedAs: null,
      listedRunning: true,
      news: new ContainerNews({ announced }),
      from,
      session: null,
      scope: null,
    }
    this.#entries.set(id, entry)
    this.#scope?.keep('container_follow', name, (signal) => this.#attend(entry, signal))
    return entry
  }

  /** Whether it came after the collector started, so that nothing of it is older than that. */
  #isNew(id: string, created: boolean): boolean {
    return this.#presentAtStart === null ? created : !this.#presentAtStart.has(id)
  }

  /** Follows one container to its end, over changes of settings. */
  async #attend(entry: Entry, signal: AbortSignal): Promise<void> {
    let end: SessionEnd | 'outdated' = 'outdated'
    // eslint-disable-next-line no-await-in-loop -- a session after the other
    for (let again = false; end === 'outdated'; again = true) end = await this.#follow(entry, again, signal)
    await this.#conclude(entry, end, signal)
  }

  /** One session, in a scope of its own, which a defect in it cannot outlive. */
  async #follow(entry: Entry, again: boolean, signal: AbortSignal): Promise<SessionEnd | 'outdated'> {
    const { admission, config, session: context } = this.#options
    const own = this.#scope!.child(entry.name)
    entry.scope = own
    try {
      const admit = (details: ContainerDetails): Admitted | null => admission.admit(details, entry.renamedTo)
      const session = new ContainerSession({ ...context, admit }, { ...entry, again }, own)
      entry.session = session
      own.keep('container_heartbeat', entry.name, (beating, beat) => this.#beat(session, beating, beat), {
        heartbeatMs: config.heartbeatIntervalMs,
      })
      return await session.run(own.signal)
    } catch (error) {
      signal.throwIfAborted()
      if (own.signal.reason === OUTDATED) return 'outdated'
      throw error
    } finally {
      entry.scope = null
      await own.close({ deadlineMs: config.closeTimeoutMs })
    }
  }

  async #conclude(entry: Entry, end: SessionEnd, signal: AbortSignal): Promise<void> {
    const { source } = entry.session!
    if (end.kind === 'ignored') {
      this.#ignored.set(entry.id, end.name)
      this.#options.session.metrics.forgetContainer(source)
    } else {
      if (end.missed !== null) this.#noteMissed(entry.id, source.name, end.missed)
      await this.#options.retirement.forget(source, signal)
    }
    this.#entries.delete(entry.id)
    this.#options.admission.forget(entry.id)
  }

  async #beat(session: ContainerSession, signal: AbortSignal, beat: () => void): Promise<void> {
    for (;;) {
      beat()
      // eslint-disable-next-line no-await-in-loop -- a heartbeat
      await this.#options.clock.sleep(this.#options.config.heartbeatIntervalMs, { signal })
      session.checkRotation()
    }
  }

  /** Containers with a position that nobody follows. */
  #sources(): Map<string, Source> {
    const unattended = this.#options
      .knownSources()
      .filter(({ id, kind }) => kind === 'container' && !this.#entries.has(id))
    return new Map(unattended.map((source) => [source.id, source]))
  }

  #noteAbsent(present: ReadonlySet<string>): void {
    const sources = this.#sources()
    const read = [...this.#entries.keys(), ...sources.keys()]
    this.#noteUnlisted(present.size === 0 ? read : [])
    const known = [...read, ...this.#ignored.keys()]
    for (const id of this.#absences.note(present, known, this.#options.clock.monotonic())) {
      this.#ignored.delete(id)
      const entry = this.#entries.get(id)
      if (entry !== undefined) entry.news.wasRemoved()
      else if (sources.has(id)) this.#options.retirement.retire(sources.get(id)!, this.#scope!)
    }
  }

  #noteUnlisted(unlisted: readonly string[]): void {
    if (unlisted.length > 0 && this.#unlisted.length === 0) {
      this.#options.session.logger.warn(
        { known: unlisted.length },
        'The engine lists no container although some are known: nothing is forgotten yet',
      )
    }
    this.#unlisted = unlisted
  }

  /** Names what is lost, unless its name alone says that it was not wanted. Its labels may have said so too; nobody can tell any more. */
  #noteMissed(id: string, name: string, reason: MissedReason): void {
    const { config, session } = this.#options
    if (isNameExcluded(name, config.filters)) return
    session.metrics.containerMissed(reason)
    session.logger.warn(
      { container: name, id: id.slice(0, 12), reason },
      'A container was gone before its log was read to its end',
    )
  }
}

/** Why a session ends whose container is read otherwise from now on. */
const OUTDATED = cancellation('There are other settings')
/** So many lists in a row, each a resync interval after the other, prove that a container is gone. */
const LISTS_UNTIL_GONE = 3
