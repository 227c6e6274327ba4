import type { LogRequest } from '../../reference/docker/reading/container-reader.ts'
import type { StoredMessage } from './stored-log.ts'

/** What is stored while a snapshot is read, in messages. */
export interface Growth {
  /** After the end of the log was read, and before reading went on at its new end. */
  readonly between: number
  /** While reading went on. */
  readonly meanwhile: number
  /** Whether one more was just being written when the end of the log was read: the reply has the beginning of it. */
  readonly torn: boolean
}

/**
 * A log in the hands of Podman: stamps are cut, and a snapshot with `tail` is two reads, of the last lines and of what has been written since, and
 * lacks what is stored between the two. The whole log is one read. Of the messages it is made with some are stored already, the others will be.
 */
export class PodmanLog {
  readonly #messages: readonly StoredMessage[]
  #stored = 0

  /** @param decimals of a second that stamps keep; Podman keeps none */
  constructor(messages: readonly StoredMessage[], { decimals }: { decimals: number }) {
    this.#messages = messages.map((message) => {
      const kept = message.stamp.slice(0, decimals === 0 ? SECONDS.length : SECONDS.length + 1 + decimals)
      return { ...message, stamp: `${kept}Z` }
    })
  }

  get stored(): readonly StoredMessage[] {
    return this.#messages.slice(0, this.#stored)
  }

  grow(messages: number): void {
    this.#stored = Math.min(this.#messages.length, this.#stored + messages)
  }

  /** Of more lines than are stored all are given, and the reply does not show where its first part ends. */
  snapshot({ tail }: LogRequest, { between, meanwhile, torn }: Growth): readonly StoredMessage[] {
    if (tail === undefined) this.grow(meanwhile)
    const next = this.#messages[this.#stored]
    const seen = torn && next !== undefined ? [...this.stored, cutShort(next)] : this.stored
    if (torn) this.grow(1)
    if (tail === undefined) return seen
    this.grow(between)
    const resumesAt = this.#stored
    this.grow(meanwhile)
    return [...lastLines(seen, tail), ...this.stored.slice(resumesAt)]
  }
}

/** A message of which only the beginning has reached the file is sent as if it were whole. */
function cutShort(message: StoredMessage): StoredMessage {
  const isLine = message.data.at(-1) === NEWLINE
  const beginning = message.data.subarray(0, message.data.length >> 1)
  return { ...message, data: isLine ? Buffer.concat([beginning, Buffer.from('\n')]) : beginning }
}

/** The last message counts as a line, whole or not; the others when they end one. */
function lastLines(stored: readonly StoredMessage[], count: number): readonly StoredMessage[] {
  const ends = stored.flatMap(({ data }, index) =>
    data.at(-1) === NEWLINE || index === stored.length - 1 ? [index] : [],
  )
  return stored.slice((ends.at(-count - 1) ?? -1) + 1)
}

const SECONDS = '2006-01-02T15:04:05'
const NEWLINE = 0x0a
