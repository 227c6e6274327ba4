import { join } from 'node:path'
import { UsageError } from '../usage-error.ts'
import { DEFAULT_DOCKER_HOST, DOCKER_HOST_ALLOWED, isDockerHost } from './docker-host.ts'
import { isRecord, type Environment } from './environment.ts'

/**
 * What a file says, with what the environment says of the engine where the file says nothing: DOCKER_HOST, and TLS as Docker's own client reads it.
 * A file that names any TLS file is asked for all of them.
 * @param raw what the file says, not yet checked
 * @throws UsageError when DOCKER_HOST is needed and of no kind that is supported
 */
export function withEngineOf(env: Environment, raw: unknown): unknown {
  const whole = raw ?? {}
  if (!isRecord(whole)) return raw
  const monitor = whole['container_monitor'] ?? {}
  if (!isRecord(monitor)) return raw
  const host = monitor['socket_path'] ?? hostOf(env)
  // As with Docker's own client: what the environment says of TLS is not for a socket.
  const usual = typeof host === 'string' && host.startsWith('tcp:') ? tlsOf(env) : null
  const tls = usual === null ? monitor['tls'] : withUsual(usual, monitor['tls'] ?? {})
  return { ...whole, container_monitor: { ...monitor, socket_path: host, tls } }
}

function withUsual(usual: TlsKeys, keys: unknown): unknown {
  if (!isRecord(keys)) return keys
  const named = ['ca', 'cert', 'key'].some((key) => keys[key] !== undefined)
  return named ? { verify: usual.verify, ...keys } : { ...usual, ...keys }
}

function hostOf({ DOCKER_HOST: host }: Environment): string {
  if (!host) return DEFAULT_DOCKER_HOST
  if (isDockerHost(host)) return host
  throw new UsageError(
    `DOCKER_HOST: "${host}" is not allowed; allowed: ${DOCKER_HOST_ALLOWED} (container_monitor.socket_path goes before it)`,
    { code: 'environment_invalid' },
  )
}

/** Of `container_monitor.tls`. */
interface TlsKeys {
  readonly verify: boolean
  readonly ca?: string
  readonly cert: string
  readonly key: string
}

/**
 * DOCKER_TLS_VERIFY asks for TLS, whatever its value; DOCKER_TLS and DOCKER_CERT_PATH alone ask for it without verifying the engine's certificate. The
 * files are ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH, or in ~/.docker. Null when it is not asked for.
 */
function tlsOf(env: Environment): TlsKeys | null {
  const { DOCKER_TLS_VERIFY: verify, DOCKER_TLS: unverified, DOCKER_CERT_PATH: path, HOME: home } = env
  if (!verify && !unverified && !path) return null
  const directory = path || join(home || '/', '.docker')
  return {
    verify: Boolean(verify),
    ...(verify && { ca: join(directory, 'ca.pem') }),
    cert: join(directory, 'cert.pem'),
    key: join(directory, 'key.pem'),
  }
}
