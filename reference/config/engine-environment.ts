import { join } from 'node:path'
import { UsageError } from '../usage-error.ts'
import type { TlsConfig } from './tls-config.ts'
import { DEFAULT_DOCKER_HOST, DOCKER_HOST_ALLOWED, isDockerHost } from './docker-host.ts'

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The keys of TLS in the file. */
export interface TlsKeys {
  readonly enabled?: boolean | undefined
  readonly verify?: boolean | undefined
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

/**
 * Where the engine is and how it is spoken to. What the file does not say the environment does: DOCKER_HOST, and TLS as Docker's own client reads it.
 * A file that names any TLS file is asked for all of them.
 * @throws UsageError when DOCKER_HOST is needed and of no kind that is supported
 */
export function engineAddress(
  socketPath: string | undefined,
  keys: TlsKeys,
  env: Environment,
): { socketPath: string; tls: TlsConfig | null } {
  const host = socketPath ?? hostFromEnvironment(env)
  // As with Docker's own client: what the environment says of TLS is not for a socket.
  const usual = host.startsWith('unix:') ? null : tlsFromEnvironment(env)
  const asked = Object.values(keys).some((value) => value !== undefined)
  const enabled = keys.enabled ?? (asked || usual !== null)
  return { socketPath: host, tls: enabled ? tlsFrom(keys, usual) : null }
}

function tlsFrom({ verify, ca, cert, key }: TlsKeys, usual: TlsConfig | null): TlsConfig {
  const named = ca !== undefined || cert !== undefined || key !== undefined
  const files = named || usual === null ? { ca: ca ?? null, cert: cert ?? null, key: key ?? null } : usual
  return { ...files, verify: verify ?? usual?.verify ?? true }
}

function hostFromEnvironment({ DOCKER_HOST: host }: Environment): string {
  if (!host) return DEFAULT_DOCKER_HOST
  if (isDockerHost(host)) return host
  throw new UsageError(
    `DOCKER_HOST: "${host}" is not allowed; allowed: ${DOCKER_HOST_ALLOWED} (container_monitor.socket_path goes before it)`,
  )
}

/**
 * DOCKER_TLS_VERIFY asks for TLS, whatever its value; DOCKER_TLS and DOCKER_CERT_PATH alone ask for it without verifying the engine's certificate. The
 * files are ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH, or in ~/.docker. Null when it is not asked for.
 */
function tlsFromEnvironment(env: Environment): TlsConfig | null {
  const { DOCKER_TLS_VERIFY: verify, DOCKER_TLS: unverified, DOCKER_CERT_PATH: path, HOME: home } = env
  if (!verify && !unverified && !path) return null
  const directory = path || join(home || '/', '.docker')
  return {
    verify: Boolean(verify),
    ca: verify ? join(directory, 'ca.pem') : null,
    cert: join(directory, 'cert.pem'),
    key: join(directory, 'key.pem'),
  }
}
