import type { EnginePersonality } from '../engine/personality.ts'
import { ApiError } from './api-error.ts'

/**
 * Splits a path into its version and the rest; the engine's own version where the path has none.
 * @throws ApiError 400 for a version that is too old and, of Docker, for one that is too new
 */
export function splitVersion(
  path: string,
  { product, apiVersion, minApiVersion }: EnginePersonality,
): { major: number; minor: number; path: string } {
  const match = VERSIONED[product].exec(path)
  if (match === null) return { major: 1, minor: minorOf(apiVersion), path }
  const [, major, minor, rest = ''] = match
  const asked = `${major}.${minor}`
  if (isOlder(asked, minApiVersion)) {
    throw new ApiError(
      400,
      `client version ${asked} is too old. Minimum supported API version is ${minApiVersion}, ` +
        'please upgrade your client to a newer version',
      minorOf(minApiVersion) < FIRST_WITH_JSON_ERRORS,
    )
  }
  if (product === 'docker' && isOlder(apiVersion, asked)) {
    throw new ApiError(
      400,
      `client version ${asked} is too new. Maximum supported API version is ${apiVersion}`,
    )
  }
  return { major: Number(major), minor: Number(minor), path: rest }
}

function isOlder(version: string, than: string): boolean {
  const [major, thanMajor] = [version, than].map((each) => Number(each.split('.')[0]))
  return major === thanMajor ? minorOf(version) < minorOf(than) : major! < thanMajor!
}

/** The minor number of a version, such as 41 of `1.41`. */
export function minorOf(version: string): number {
  return Number(version.split('.')[1])
}

/** Podman takes versions of its own too, such as `4.3.1`. */
const VERSIONED: Readonly<Record<EnginePersonality['product'], RegExp>> = {
  docker: /^\/v(\d+)\.(\d+)(\/.*)$/,
  podman: /^\/v(\d+)\.(\d+)(?:\.[0-9A-Za-z.-]*)?(\/.*)$/,
}

/** Clients of older API versions are refused in plain text. */
const FIRST_WITH_JSON_ERRORS = 24
