import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { codeOf, messageOf } from '../errors.ts'
import type { ClientTls } from '../ports/http-client.ts'
import { UsageError } from '../usage-error.ts'

/** TLS as Node's clients take it. */
export interface TlsFiles {
  readonly rejectUnauthorized: boolean
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/** What an error says of the files. */
export interface TlsUse {
  /** Such as `to the engine`. */
  readonly what: string
  /** Such as `container_monitor.tls`. */
  readonly namedBy: string
}

/**
 * Reads the files of TLS.
 * @throws UsageError naming the first that cannot be read or used
 */
export async function readTlsFiles({ verify, ca, cert, key }: ClientTls, use: TlsUse): Promise<TlsFiles> {
  const files = {
    ...(ca !== null && { ca: await readPem(ca, use) }),
    ...(cert !== null && { cert: await readPem(cert, use) }),
    ...(key !== null && { key: await readPem(key, use) }),
  }
  // Each by itself, so that the file is known that is no good; a key only tells with its certificate.
  check(ca, use, () => files.ca && new X509Certificate(files.ca))
  check(cert, use, () => files.cert && new X509Certificate(files.cert))
  check(key, use, () => createSecureContext(files))
  return { rejectUnauthorized: verify, ...files }
}

async function readPem(path: string, use: TlsUse): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    const why = codeOf(cause) === 'ENOENT' ? 'there is no such file' : messageOf(cause)
    throw unusable(path, why, use, cause)
  }
}

function check(path: string | null, use: TlsUse, make: () => unknown): void {
  try {
    make()
  } catch (cause) {
    throw unusable(path ?? '', `it is not what it should be (${messageOf(cause)})`, use, cause)
  }
}

function unusable(path: string, why: string, { what, namedBy }: TlsUse, cause: unknown): UsageError {
  return new UsageError(`Cannot use ${path} for TLS ${what}: ${why}; ${namedBy} names the files`, {
    cause,
    code: 'tls_unusable',
  })
}
