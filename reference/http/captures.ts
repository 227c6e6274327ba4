import type { Health } from './health.ts'
import type { Component } from '../lifecycle/component.ts'
import type { StopStep } from '../lifecycle/stop-sequence.ts'
import type { Clock } from '../ports/clock.ts'
import type { Diagnostics } from '../ports/diagnostics.ts'
import type { HttpReply } from '../ports/http-server.ts'
import type { Logger } from '../ports/logger.ts'
import { cancellation } from '../lifecycle/abort.ts'
import { json, refusal } from './api-route.ts'

export interface CapturesOptions {
  readonly clock: Clock
  readonly diagnostics: Diagnostics
  readonly logger: Logger
}

interface Capture {
  readonly signal: AbortSignal
  /** It is over: another one may begin. Idempotent. */
  end(): void
}

/** Takes heap snapshots and processor profiles, one at a time: each slows the collector down. One that takes too long is cut off, and so is one at a stop. */
export class Captures implements Component {
  readonly name = 'captures'
  readonly #options: CapturesOptions
  #current: AbortController | null = null

  constructor(options: CapturesOptions) {
    this.#options = options
  }

  async start(): Promise<void> {}

  stopSteps(): readonly StopStep[] {
    return [{ name: 'captures', atMostMs: 100, run: async () => this.#current?.abort(STOPPING) }]
  }

  checks(): Health['checks'] {
    return {}
  }

  /** A reply that sends the snapshot while it is read. */
  heapSnapshot(): HttpReply {
    const capture = this.#begin('heap snapshot', SNAPSHOT_MS)
    if (capture === null) return BUSY
    const pieces = this.#options.diagnostics.heapSnapshot()
    return {
      status: 200,
      contentType: 'application/json; charset=utf-8',
      body: '',
      headers: { 'content-disposition': 'attachment; filename="collector.heapsnapshot"' },
      stream: { pieces: untilEnd(pieces, capture), signal: capture.signal },
    }
  }

  async cpuProfile(seconds: number): Promise<HttpReply> {
    const capture = this.#begin('processor profile', seconds * 1000 + PROFILE_MS)
    if (capture === null) return BUSY
    try {
      const body = await this.#options.diagnostics.cpuProfile(seconds * 1000, capture)
      return {
        ...json(200, null),
        body,
        headers: { 'content-disposition': 'attachment; filename="collector.cpuprofile"' },
      }
    } catch (error) {
      if (capture.signal.aborted) return refusal(503, 'The profile was cut off', { 'retry-after': '5' })
      throw error
    } finally {
      capture.end()
    }
  }

  #begin(what: string, atMostMs: number): Capture | null {
    if (this.#current !== null) return null
    const { clock, logger } = this.#options
    const controller = (this.#current = new AbortController())
    logger.info({ what }, 'A capture begins: the collector is slower meanwhile')
    const timer = clock.after(atMostMs, () => controller.abort(TOO_LONG))
    const end = (): void => {
      if (this.#current !== controller) return
      this.#current = null
      timer[Symbol.dispose]()
      logger.info({ what }, 'A capture is over')
    }
    // Whoever asked may never read it.
    controller.signal.addEventListener('abort', end, { once: true })
    return { signal: controller.signal, end }
  }
}

async function* untilEnd(pieces: AsyncIterable<Uint8Array>, capture: Capture): AsyncIterable<Uint8Array> {
  try {
    yield* pieces
  } finally {
    capture.end()
  }
}

const BUSY = refusal(409, 'Another capture is under way: one at a time', { 'retry-after': '10' })
const STOPPING = cancellation('The collector is stopping')
const TOO_LONG = cancellation('The capture took too long')
/** How long a snapshot may be on its way. */
const SNAPSHOT_MS = 120_000
/** How much longer a profile may take than it looks. */
const PROFILE_MS = 10_000
