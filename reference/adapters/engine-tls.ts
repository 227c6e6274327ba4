import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { TlsConfig } from '../config/config.ts'
import { codeOf, messageOf } from '../errors.ts'
import { UsageError } from '../usage-error.ts'

/** TLS as Node's clients take it. */
export interface EngineTls {
  readonly rejectUnauthorized: boolean
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/**
 * Reads the files of TLS to an engine.
 * @throws UsageError naming the first that cannot be read or used
 */
export async function readEngineTls({ verify, ca, cert, key }: TlsConfig): Promise<EngineTls> {
  const files = {
    ...(ca !== null && { ca: await readPem(ca) }),
    ...(cert !== null && { cert: await readPem(cert) }),
    ...(key !== null && { key: await readPem(key) }),
  }
  // Each by itself, so that the file is known that is no good; a key only tells with its certificate.
  check(ca, () => files.ca && new X509Certificate(files.ca))
  check(cert, () => files.cert && new X509Certificate(files.cert))
  check(key, () => createSecureContext(files))
  return { rejectUnauthorized: verify, ...files }
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    const why = codeOf(cause) === 'ENOENT' ? 'there is no such file' : messageOf(cause)
    throw unusable(path, why, cause)
  }
}

function check(path: string | null, use: () => unknown): void {
  try {
    use()
  } catch (cause) {
    throw unusable(path ?? '', `it is not what it should be (${messageOf(cause)})`, cause)
  }
}

function unusable(path: string, why: string, cause: unknown): UsageError {
  return new UsageError(
    `Cannot use ${path} for TLS to the engine: ${why}; container_monitor.tls, or DOCKER_CERT_PATH, names the files`,
    { cause },
  )
}
