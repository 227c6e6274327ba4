import { encodeFrame } from '../../../property-tests/models/stored-log.ts'
import type { ContainerReader, ContainerReaderOptions, ReaderState } from './container-reader.ts'
import { parseContainerPosition, type ContainerPosition } from './container-position.ts'

export const OPTIONS: ContainerReaderOptions = {
  source: { id: 'a'.repeat(64), kind: 'container', name: 'web', attributes: {} },
  tty: false,
  poll: false,
  maxLineBytes: 64,
  from: 'start',
}

export const stamp = (n: number): string => `2026-01-01T00:00:00.${String(n).padStart(9, '0')}Z`

/** A message as it is sent. */
export function frame(n: number, data: string, stream: 1 | 2 = 1): Buffer {
  return encodeFrame({ stream, stamp: stamp(n), data: Buffer.from(data), lineStart: true })
}

export function lines(from: number, to: number): Buffer[] {
  return Array.from({ length: to - from + 1 }, (_, index) => frame(from + index, `line ${from + index}\n`))
}

/** What the messages are as records. */
export function contentOf(messages: readonly Buffer[]): string {
  return Buffer.concat(messages.map((one) => one.subarray(FRAME_BYTES))).toString()
}

/** The next block. */
export const text = (reader: ContainerReader): string => Buffer.from(reader.take()?.bytes ?? []).toString()

/** All blocks. */
export function taken(reader: ContainerReader): string {
  let all = ''
  for (let block = reader.take(); block !== undefined; block = reader.take())
    all += Buffer.from(block.bytes).toString()
  return all
}

/** As it comes back from disk. */
export function savedPosition(reader: ContainerReader): ContainerPosition {
  return parseContainerPosition(JSON.parse(JSON.stringify(reader.position)))
}

/** What an engine answers that is asked for so many messages, or for all. */
export type Reply = (tail: number | undefined) => readonly Buffer[]

export function replyOf(stored: readonly Buffer[]): Reply {
  return (tail) => stored.slice(-(tail ?? stored.length))
}

/** Pushes what a followed log brings; where that leaves a doubt, a snapshot of what is stored is read. */
export function follow(reader: ContainerReader, message: Buffer, stored: readonly Buffer[]): ReaderState {
  let state = reader.push(message)
  while (state === 'doubt') {
    prove(reader, stored)
    state = reader.resume('read')
  }
  return state
}

/** Reads snapshots beside a followed connection. */
export function prove(reader: ContainerReader, stored: readonly Buffer[]): void {
  do {
    const { tail } = reader.open('proof')
    for (const one of replyOf(stored)(tail)) reader.push(one)
  } while (reader.end() === 'reopen')
}

/** Reads what is stored, with as many connections as it takes; how many. */
export function readAll(reader: ContainerReader, stored: readonly Buffer[] | Reply, opensMax = 20): number {
  const reply = typeof stored === 'function' ? stored : replyOf(stored)
  for (let opens = 1; opens < opensMax; opens++) {
    const { tail } = reader.open('snapshot')
    for (const one of reply(tail)) reader.push(one)
    if (reader.end() !== 'reopen') return opens
  }
  throw new Error('the reader asks for ever')
}

/** Of a frame and a stamp. */
const FRAME_BYTES = 39
