import { access, constants, realpath } from 'node:fs/promises'
import { request } from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { once } from 'node:events'
import { z } from 'zod'
import { messageOf } from '../../reference/errors.ts'
import { UsageError } from '../../reference/usage-error.ts'

/**
 * The directory in which an engine on this machine keeps what it has, its containers' logs in `containers`. Links in its path are resolved. No connection
 * to the engine is left open.
 * @param dockerHost such as `unix:///var/run/docker.sock`
 * @throws UsageError when the engine does not answer, keeps nothing on disk as a simulated one, or keeps it where this process may not read
 */
export async function dataRootOf(dockerHost: string): Promise<string> {
  const told = await askDataRoot(dockerHost)
  if (told === '') throw cannotFillIn('this engine keeps no files: use --engine docker')
  const root = await realpath(told).catch((error: unknown) => {
    throw cannotFillIn(
      `the engine keeps its files in ${told}, which is not on this machine: ${messageOf(error)}`,
    )
  })
  await access(path.join(root, 'containers'), constants.R_OK | constants.X_OK).catch((error: unknown) => {
    throw cannotFillIn(
      `the logs of the engine in ${root} cannot be read, which takes root: ${messageOf(error)}`,
    )
  })
  return root
}

async function askDataRoot(dockerHost: string): Promise<string> {
  try {
    return INFO.parse(JSON.parse(await getOnce(dockerHost, '/info'))).DockerRootDir
  } catch (error) {
    throw cannotFillIn(
      `the engine at ${dockerHost} does not say where it keeps its files: ${messageOf(error)}`,
    )
  }
}

/** A connection for itself: one that stays in a pool would count as the subject's. */
async function getOnce(dockerHost: string, route: string): Promise<string> {
  const { protocol, hostname, port, pathname } = new URL(dockerHost)
  const address = protocol === 'unix:' ? { socketPath: pathname } : { host: hostname, port }
  const call = request({
    ...address,
    path: route,
    agent: false,
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
  })
  call.end()
  const [response] = await once(call, 'response')
  return await text(response)
}

function cannotFillIn(reason: string): UsageError {
  return new UsageError(`Cannot fill in {{data_root}}: ${reason}`)
}

const INFO = z.object({ DockerRootDir: z.string() })
const ANSWER_LIMIT_MS = 10_000
