import { ApiError } from './api-error.ts'
import { MIN_API_VERSION } from './system-json.ts'

/**
 * Splits a path into its version and the rest; the engine's own version where the path has none. Versions newer than the engine's own are answered too,
 * where a real engine refuses, so that a client that is pinned to one can be tested.
 * @throws ApiError 400 for a version that is too old
 */
export function splitVersion(path: string, own: string): { minor: number; path: string } {
  const match = /^\/v(\d+)\.(\d+)(\/.*)$/.exec(path)
  if (match === null) return { minor: minorOf(own), path }
  const [, major, minor, rest = ''] = match
  if (Number(major) < 1 || (Number(major) === 1 && Number(minor) < minorOf(MIN_API_VERSION))) {
    throw new ApiError(
      400,
      `client version ${major}.${minor} is too old. Minimum supported API version is ${MIN_API_VERSION}, ` +
        'please upgrade your client to a newer version',
    )
  }
  return { minor: Number(minor), path: rest }
}

function minorOf(version: string): number {
  return Number(version.split('.')[1])
}
