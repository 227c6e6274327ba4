import { codeOf, messageOf } from '../../reference/errors.ts'
import type { EngineInfo } from '../../reference/ports/index.ts'
import { bad, good, warning, type Finding } from './finding.ts'

/** The oldest Node that runs it, as the package says. */
const NODE_MAJOR = 24

/** @param version such as `24.1.0` */
export function checkNode(version: string): Finding {
  const major = Number(version.split('.')[0])
  if (major >= NODE_MAJOR) return good('node', version)
  return bad('node', version, `Node ${NODE_MAJOR} or later is needed: see https://nodejs.org/`)
}

/** What looking at the engine gave. */
export interface EngineSight {
  /** Such as `unix:///var/run/docker.sock`. */
  readonly host: string
  /** Who answered, or why nobody did. */
  readonly answer: EngineInfo | { readonly failure: unknown }
  /** Of the socket, where it is one: what opening it for writing said, and whose it is. */
  readonly socket: { readonly failure: unknown; readonly group: number | null } | null
}

export function checkEngine({ host, answer, socket }: EngineSight): Finding[] {
  const permission = socket === null ? [] : [checkSocket(host, socket)]
  if (!('failure' in answer)) {
    const { kind, version, apiVersion } = answer
    return [...permission, good('engine', `${kind} ${version} at ${host}, API ${apiVersion}`)]
  }
  const where = 'start it, or name another in container_monitor.socket_path or DOCKER_HOST'
  return [
    ...permission,
    bad('engine', `${host}: ${messageOf(answer.failure)}`, `no engine answers: ${where}`),
  ]
}

function checkSocket(host: string, { failure, group }: NonNullable<EngineSight['socket']>): Finding {
  const path = host.replace(/^unix:\/\//, '')
  if (failure === null) return good('socket', `${path} may be read and written`)
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- any other code, and none, is told as it is
  switch (codeOf(failure)) {
    case 'ENOENT':
      return bad(
        'socket',
        `${path} is not there`,
        'start the engine, or name its socket in container_monitor.socket_path or DOCKER_HOST',
      )
    case 'EACCES':
      return bad(
        'socket',
        `${path} may not be read and written by this user`,
        `add the user to group ${group ?? 'of the socket'}; who may use the socket is as good as root`,
      )
    default:
      return bad(
        'socket',
        `${path}: ${messageOf(failure)}`,
        'make it a socket that this user may read and write',
      )
  }
}

/**
 * @param limit open descriptors that a process may have; `null` where it is not known
 * @param failure what the collector would say of it, or `null`
 */
export function checkDescriptors(limit: number | null, failure: string | null): Finding {
  const found = limit === null ? 'the limit is not known' : `at most ${limit}`
  if (failure !== null) return bad('descriptors', found, failure)
  if (limit !== null && limit < COMFORTABLE_DESCRIPTORS)
    return warning(
      'descriptors',
      found,
      `raise it to ${COMFORTABLE_DESCRIPTORS} or more with ulimit -n, or LimitNOFILE of a systemd unit`,
    )
  return good('descriptors', found)
}

/** What looking at a directory gave: of itself, or of the closest one above it that is there. */
export interface DirectorySight {
  /** Such as `state_dir`. */
  readonly key: string
  readonly directory: string
  /** Why nothing can be written there, or `null`. */
  readonly failure: unknown
  /** For this user; `null` where it is not known. */
  readonly freeBytes: number | null
}

export function checkDirectory({ key, directory, failure, freeBytes }: DirectorySight): Finding {
  if (failure !== null)
    return bad(
      key,
      `${directory}: ${messageOf(failure)}`,
      `let this user write there, or name another directory in ${key}`,
    )
  if (freeBytes === null) return good(key, directory)
  const found = `${directory}, ${(freeBytes / 2 ** 30).toFixed(1)} GiB free`
  const advice = `free some of the disk, or name another directory in ${key}: a collector whose disk is full reads no further`
  if (freeBytes < LEAST_FREE_BYTES) return bad(key, found, advice)
  return freeBytes < LITTLE_FREE_BYTES ? warning(key, found, advice) : good(key, found)
}

/** @param missing packages that only the testbed needs, and which are not installed */
export function checkPackages(missing: readonly string[]): Finding {
  if (missing.length === 0) return good('testbed', 'all packages it needs are installed')
  const names = missing.join(' ')
  return warning(
    'testbed',
    `not installed: ${names}`,
    `only to run phases and properties: npm install ${names}`,
  )
}

const COMFORTABLE_DESCRIPTORS = 1024
const LEAST_FREE_BYTES = 100 * 2 ** 20
const LITTLE_FREE_BYTES = 2 ** 30
