import { access, constants, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import { readEngineTls } from '../../reference/adapters/engine/engine-tls.ts'
import { HttpDockerEngine } from '../../reference/adapters/engine/http-docker-engine.ts'
import { codeOf } from '../../reference/errors.ts'
import type { CollectorConfig } from '../../reference/config/config.ts'
import type { DirectorySight, EngineSight } from './checks.ts'

/** Asks the engine that a configuration names who it is. */
export async function lookAtEngine({ containerMonitor }: CollectorConfig): Promise<EngineSight> {
  const { socketPath: host, tls } = containerMonitor
  const socketPath = host.startsWith('unix://') ? host.slice('unix://'.length) : null
  return {
    host,
    socket: socketPath === null ? null : await lookAtSocket(socketPath),
    answer: await ask(host, tls).catch((failure: unknown) => ({ failure })),
  }
}

async function ask(
  host: string,
  tls: CollectorConfig['containerMonitor']['tls'],
): ReturnType<HttpDockerEngine['info']> {
  const engine = new HttpDockerEngine(host, tls === null ? null : await readEngineTls(tls))
  try {
    return await engine.info({ signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
  } finally {
    engine.close()
  }
}

async function lookAtSocket(file: string): Promise<NonNullable<EngineSight['socket']>> {
  const group = await stat(file).then(
    ({ gid }) => gid,
    () => null,
  )
  return { failure: await failureOf(access(file, constants.R_OK | constants.W_OK)), group }
}

/** @param key of the configuration that names it */
export async function lookAtDirectory(key: string, directory: string): Promise<DirectorySight> {
  const existing = await closestExisting(path.resolve(directory))
  return {
    key,
    directory,
    failure: await failureOf(access(existing, constants.W_OK | constants.X_OK)),
    freeBytes: await statfs(existing).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => null,
    ),
  }
}

/** It is made when the collector starts, with what is missing above it. */
async function closestExisting(directory: string): Promise<string> {
  const failure = await failureOf(access(directory))
  const isMissing = failure !== null && codeOf(failure) === 'ENOENT'
  return isMissing && path.dirname(directory) !== directory
    ? await closestExisting(path.dirname(directory))
    : directory
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => null,
    (error: unknown) => error,
  )
}

/** Packages that are not installed beside this one. */
export function missingPackages(names: readonly string[]): string[] {
  return names.filter((name) => {
    try {
      import.meta.resolve(name)
      return false
    } catch {
      return true
    }
  })
}

const ANSWER_LIMIT_MS = 5_000
