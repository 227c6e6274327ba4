import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Files in PEM, made by `openssl` for this run, as `docker` wants them: ca.pem, cert.pem, key.pem. */
export interface Certificates extends AsyncDisposable {
  readonly directory: string
  /** A file of the directory: `ca`, `server`, `server-key`, `cert`, `key`; `other-ca` signed none of them. */
  readonly path: (name: string) => string
}

/** An authority, a server's certificate for `localhost` and 127.0.0.1, a client's, and another authority. */
export async function makeCertificates(): Promise<Certificates> {
  const directory = await mkdtemp(join(tmpdir(), 'certificates-'))
  const path = (name: string): string => join(directory, `${name}.pem`)
  const key = (name: string): Promise<void> =>
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', path(name))
  const authority = async (name: string): Promise<void> => {
    await key(`${name}-key`)
    const own = ['-key', path(`${name}-key`), '-out', path(name), '-days', '2', '-subj', `/CN=${name}`]
    await openssl('req', '-x509', '-new', ...own)
  }
  const signed = async (name: string, keyName: string, extensions: string): Promise<void> => {
    const request = join(directory, `${name}.csr`)
    await key(keyName)
    await openssl('req', '-new', '-key', path(keyName), '-out', request, '-subj', `/CN=${name}`)
    await writeFile(join(directory, `${name}.ext`), extensions)
    const by = ['-CA', path('ca'), '-CAkey', path('ca-key'), '-CAcreateserial', '-days', '2']
    await openssl(
      'x509',
      '-req',
      '-in',
      request,
      '-out',
      path(name),
      ...by,
      '-extfile',
      join(directory, `${name}.ext`),
    )
  }
  await authority('ca')
  await authority('other-ca')
  await signed(
    'server',
    'server-key',
    'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n',
  )
  await signed('cert', 'key', 'extendedKeyUsage=clientAuth\n')
  return { directory, path, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) }
}

async function openssl(...args: string[]): Promise<void> {
  await promisify(execFile)('openssl', args)
}
