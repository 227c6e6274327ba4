import type { TlsConfig } from '../../config/config.ts'
import { readTlsFiles, type TlsFiles } from '../tls-files.ts'

/** TLS to an engine as Node's clients take it. */
export type EngineTls = TlsFiles

/**
 * Reads the files of TLS to an engine.
 * @throws UsageError naming the first that cannot be read or used
 */
export async function readEngineTls(tls: TlsConfig): Promise<EngineTls> {
  return await readTlsFiles(tls, {
    what: 'to the engine',
    namedBy: 'container_monitor.tls, or DOCKER_CERT_PATH,',
  })
}
