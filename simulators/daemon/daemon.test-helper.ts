import { readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { request, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished } from 'vitest'
import { SimulatedDaemon, type SimulatedDaemonOptions } from './simulated-daemon.ts'

/** A daemon on a socket of its own, gone when the test ends. */
export async function startDaemon(
  options: Omit<SimulatedDaemonOptions, 'listen'> = {},
): Promise<SimulatedDaemon> {
  const daemon = await startDaemonAlone(options)
  onTestFinished(() => daemon[Symbol.asyncDispose]())
  return daemon
}

/** The same, to be disposed by whoever started it. */
export async function startDaemonAlone(
  options: Omit<SimulatedDaemonOptions, 'listen'> = {},
): Promise<SimulatedDaemon> {
  const directory = await mkdtemp(join(tmpdir(), 'simulated-daemon-'))
  const daemon = await SimulatedDaemon.listen({
    ...options,
    listen: { socketPath: join(directory, 'docker.sock') },
  })
  const dispose = daemon[Symbol.asyncDispose].bind(daemon)
  return Object.assign(daemon, {
    [Symbol.asyncDispose]: async () => {
      await dispose()
      await rm(directory, { recursive: true })
    },
  })
}

/** The answer's head as soon as it is there; its body is to be read or destroyed. */
export function open(
  daemon: SimulatedDaemon,
  path: string,
  method = 'GET',
  body?: object,
  headers: OutgoingHttpHeaders = {},
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request({ socketPath: socketOf(daemon), path, method, headers, agent: false }, resolve)
    .on('error', reject)
    .end(body === undefined ? undefined : JSON.stringify(body))
  return promise
}

export interface Answered {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export async function ask(
  daemon: SimulatedDaemon,
  path: string,
  method = 'GET',
  body?: object,
  headers: OutgoingHttpHeaders = {},
): Promise<Answered> {
  const response = await open(daemon, path, method, body, headers)
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) }
}

/** Status and parsed body. */
export async function askJson(
  daemon: SimulatedDaemon,
  path: string,
  method = 'GET',
  body?: object,
): Promise<{ status: number | undefined; json: unknown }> {
  const answered = await ask(daemon, path, method, body)
  const text = answered.body.toString()
  return { status: answered.status, json: text === '' ? null : JSON.parse(text) }
}

export function socketOf({ address }: SimulatedDaemon): string {
  return address.replace('unix://', '')
}

/** This process's open sockets by identity: descriptor numbers are used again, inodes are not. */
export function openSockets(): Set<string> {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
  return new Set(targets.filter((target) => target.startsWith('socket:')))
}

/** Sockets open now that were not then. */
export function openedSince(before: ReadonlySet<string>): number {
  return [...openSockets()].filter((socket) => !before.has(socket)).length
}

export async function eventually(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !condition(); turn++) await delay(5)
  expect(condition()).toBe(true)
}

/** The `filters` of a query. */
export function filters(wanted: object): string {
  return new URLSearchParams({ filters: JSON.stringify(wanted) }).toString()
}
