import type { PushConfig } from '../config/sections/push.ts'
import { beginningOf, withBeginning } from '../dispatch/attributes.ts'
import type { Block, Source, SourcePosition } from '../dispatch/block.ts'
import type { Health } from '../http/health.ts'
import { placeOf, type PushStatus } from '../http/status.ts'
import { DeadlineError, withDeadline } from '../lifecycle/deadline.ts'
import type { Component } from '../lifecycle/component.ts'
import type { JoinReport, Scope } from '../lifecycle/scope.ts'
import type { StopStep } from '../lifecycle/stop-sequence.ts'
import type { PushMetrics, PushOutcome } from '../metrics/push-metrics.ts'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import { messageOf } from '../errors.ts'
import { shown } from './file-name.ts'
import type { LogDirectory } from './log-directory.ts'
import { PushPosition } from './push-position.ts'
import { PushRefusal } from './push-refusal.ts'
import { readPush, type PushRequest } from './push-request.ts'
import { pushSource } from './push-source.ts'
import { PushStream } from './push-stream.ts'
import { PushWriter, type PushResult } from './push-writer.ts'

export interface PushIntakeOptions {
  readonly config: PushConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: PushMetrics
  readonly delivery: PushDelivery
  /** Of the file sink; null where that is switched off and a name is only a name. */
  readonly directory: LogDirectory | null
}

/** What the intake needs of the delivery. */
export interface PushDelivery {
  readonly append: (blocks: readonly Block[], options: { signal: AbortSignal }) => Promise<void>
  readonly secure: () => Promise<void>
  readonly resumePosition: (sourceId: string) => SourcePosition | undefined
  readonly knownSources: () => readonly Source[]
  readonly forget: (source: Source, options: { signal: AbortSignal }) => Promise<void>
}

/** What became of a request. */
export interface PushTaken extends PushResult {
  readonly records: number
}

/**
 * Takes lines that programs send. A request that was answered is in the spool, synced: it is in every sink once, whatever crashes. One that was refused left
 * nothing. Tasks: `push_writer`, and `push_forget`, which gives up names that are no longer used.
 *
 *     request -> names, limits -> directory -> PushStream of each file -> PushWriter -> spool -> answer
 */
export class PushIntake implements Component {
  readonly name = 'push'
  readonly #options: PushIntakeOptions
  readonly #writer: PushWriter
  readonly #streams = new Map<string, PushStream>()
  /** How many requests are on their way to each file: it is not forgotten meanwhile. */
  readonly #inUse = new Map<string, number>()
  #waitingBytes = 0
  #scope: Scope | null = null

  constructor(options: PushIntakeOptions) {
    this.#options = options
    this.#writer = new PushWriter({ ...options, ...options.delivery })
    options.metrics.mirror({ files: () => this.#streams.size, waitingBytes: () => this.#waitingBytes })
  }

  async start(scope: Scope): Promise<void> {
    const { delivery, directory } = this.#options
    this.#streams.clear()
    for (const source of delivery.knownSources()) {
      if (source.kind !== 'push') continue
      // The file sink was switched off when it began: what its file holds is looked at when something comes.
      if (directory !== null && beginningOf(source) === undefined) continue
      const position = pushPosition(delivery.resumePosition(source.id))
      this.#streams.set(source.name, this.#newStream(source, position))
    }
    scope.keep('push_writer', 'push', (signal) => this.#writer.run(signal))
    scope.keep('push_forget', 'push', (signal) => this.#forgetUnused(signal))
    this.#scope = scope
  }

  /** A request that is being written is waited for; those that wait are refused. */
  stopSteps(): readonly StopStep[] {
    return [{ name: 'push', atMostMs: 2000, run: (deadlineMs) => this.#stop(deadlineMs) }]
  }

  async #stop(deadlineMs: number): Promise<JoinReport | null> {
    const scope = this.#scope
    this.#scope = null
    this.#writer.refuseAll()
    return (await scope?.close({ deadlineMs })) ?? null
  }

  checks(): Health['checks'] {
    const { fault } = this.#writer
    return { push: { ok: fault === null, detail: fault ?? `${this.#streams.size} files` } }
  }

  /** Each file that something was pushed to. */
  status(): PushStatus[] {
    return [...this.#streams.values()].map(({ source, position }) => ({
      path: source.name,
      position: placeOf(position),
      lastAt: new Date(position.usedMs).toISOString(),
    }))
  }

  /**
   * Takes all of a request, or none of it. Resolves once its lines are safe.
   * @param key what the sender calls it, so that it can come again and is taken once
   * @throws PushRefusal
   */
  async take(body: unknown, key: string | undefined): Promise<PushTaken> {
    const { metrics } = this.#options
    try {
      const request = readPush(body, key, this.#options.config)
      const { repeated } = await this.#within(request)
      metrics.request(repeated ? 'repeated' : 'taken')
      return { records: request.records, repeated }
    } catch (error) {
      metrics.request(error instanceof PushRefusal ? OUTCOMES[error.status] : 'failed')
      throw error
    }
  }

  /** A request was refused with this status before {@link take} was given it. */
  noteRefused(status: number): void {
    this.#options.metrics.request(status === 413 ? 'too_large' : 'invalid')
  }

  async #within(request: PushRequest): Promise<PushResult> {
    const { clock, config } = this.#options
    const scope = this.#scope
    if (scope === null) throw new PushRefusal(503, 'The collector is not running', { retryAfterSeconds: 5 })
    if (this.#waitingBytes > 0 && this.#waitingBytes + request.bytes > config.waitingBytesMax)
      throw new PushRefusal(503, 'Too many lines wait to be written', { retryAfterSeconds: 1 })
    const patience = new AbortController()
    using _timer = clock.after(ANSWER_MS, () => patience.abort(tooSlow()))
    this.#waitingBytes += request.bytes
    this.#use(request, 1)
    try {
      const streams: PushStream[] = []
      // oxlint-disable-next-line no-await-in-loop -- one after the other: most are known already
      for (const { path } of request.files) streams.push(await this.#streamOf(path, patience.signal))
      if (this.#scope !== scope)
        throw new PushRefusal(503, 'The collector is stopping', { retryAfterSeconds: 5 })
      return await this.#writer.write({ request, streams }, patience)
    } finally {
      this.#waitingBytes -= request.bytes
      this.#use(request, -1)
    }
  }

  #newStream(source: Source, position: PushPosition | undefined): PushStream {
    const { clock, config } = this.#options
    return new PushStream(source, { position, nowMs: clock.now(), keysMax: config.keysMax })
  }

  #use({ files }: PushRequest, change: 1 | -1): void {
    for (const { path } of files) {
      const count = (this.#inUse.get(path) ?? 0) + change
      if (count > 0) this.#inUse.set(path, count)
      else this.#inUse.delete(path)
    }
  }

  async #streamOf(path: string, signal: AbortSignal): Promise<PushStream> {
    const { config, delivery, directory } = this.#options
    await this.#ask(signal, async () => await directory?.check(path))
    const known = this.#streams.get(path)
    if (known !== undefined) return known
    this.#assertFits(path)
    const fresh = pushSource(path, {})
    const position = pushPosition(delivery.resumePosition(fresh.id))
    const begins = await this.#ask(signal, async () => await directory?.beginning(path))
    // Another request may have come first.
    const meanwhile = this.#streams.get(path)
    if (meanwhile !== undefined) return meanwhile
    if (this.#streams.size >= config.filesMax) throw tooMany(config.filesMax)
    this.#assertFits(path)
    const source = begins === undefined ? fresh : pushSource(path, withBeginning(begins))
    const stream = this.#newStream(source, position)
    this.#streams.set(path, stream)
    return stream
  }

  /** Asks the disk, which may hang. */
  async #ask<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(this.#options.clock, 'looking at the file', ASK_MS, signal, ask)
    } catch (error) {
      if (error instanceof DeadlineError) throw tooSlow(error)
      if (error instanceof PushRefusal) throw error
      throw new PushRefusal(503, `Cannot look at the file: ${messageOf(error)}`, {
        cause: error,
        retryAfterSeconds: 10,
      })
    }
  }

  /** A file cannot lie in a file. */
  #assertFits(path: string): void {
    for (const other of this.#streams.keys())
      if (path.startsWith(`${other}/`) || other.startsWith(`${path}/`))
        throw new PushRefusal(
          409,
          `Cannot write to the file ${shown(path)}: ${shown(other)} is another one, and one would be a directory`,
        )
  }

  async #forgetUnused(signal: AbortSignal): Promise<void> {
    const { clock, config, delivery, directory } = this.#options
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- a periodic task
      await clock.sleep(LOOK_MS, { signal })
      for (const [path, { position, source }] of this.#streams) {
        if (this.#inUse.has(path) || clock.now() - position.usedMs < config.forgetAfterMs) continue
        this.#streams.delete(path)
        directory?.forget(path)
        // oxlint-disable-next-line no-await-in-loop
        await delivery.forget(source, { signal })
      }
    }
  }
}

/** Of a source of the kind: what the positions were read with makes nothing else. */
function pushPosition(position: SourcePosition | undefined): PushPosition | undefined {
  return position instanceof PushPosition ? position : undefined
}

function tooSlow(cause?: unknown): PushRefusal {
  return new PushRefusal(503, 'The disk does not answer', { cause, retryAfterSeconds: 10 })
}

function tooMany(filesMax: number): PushRefusal {
  const message = `Cannot begin another file: lines are pushed to ${filesMax} already, as many as push.files_max allows`
  return new PushRefusal(429, message, { retryAfterSeconds: 3600 })
}

const OUTCOMES: Readonly<Record<PushRefusal['status'], PushOutcome>> = {
  400: 'invalid',
  409: 'invalid',
  413: 'too_large',
  422: 'invalid',
  429: 'busy',
  500: 'failed',
  503: 'busy',
}
/** No request waits longer for its answer, milliseconds. */
const ANSWER_MS = 10_000
const ASK_MS = 5000
const LOOK_MS = 60_000
