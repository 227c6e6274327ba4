import type { IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { z } from 'zod'
import type { ContainerOptions } from '../../engine/simulated-container.ts'
import type { LogRotationOptions } from '../../engine/log/container-log.ts'
import { ApiError } from '../api-error.ts'
import type { Refusals } from '../refusals.ts'

const Words = z.union([z.array(z.string()), z.string().transform((word) => [word])]).nullish()

/** What of a request to create a container has an effect here; the rest is let pass. */
const CreateJson = z.object({
  Image: z.string().default(''),
  Cmd: Words,
  Entrypoint: Words,
  Tty: z.boolean().nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  HostConfig: z
    .object({
      AutoRemove: z.boolean().nullish(),
      LogConfig: z
        .object({ Type: z.string().nullish(), Config: z.record(z.string(), z.string()).nullish() })
        .nullish(),
    })
    .nullish(),
})

/** The container a request body describes. @throws ApiError 400 */
export async function readCreateRequest(
  request: IncomingMessage,
  refusals: Refusals,
): Promise<Omit<ContainerOptions, 'name'>> {
  const body: unknown = await json(request).catch((error: Error) => {
    throw new ApiError(400, error.message)
  })
  if (body === null || typeof body !== 'object' || Object.keys(body).length === 0) {
    throw refusals.emptyDescription()
  }
  const result = CreateJson.safeParse(body)
  if (!result.success) throw new ApiError(400, `invalid request: ${z.prettifyError(result.error)}`)
  const { Image, Cmd, Entrypoint, Tty, Labels, HostConfig } = result.data
  const command = [...(Entrypoint ?? []), ...(Cmd ?? [])]
  return {
    image: Image,
    ...(command.length > 0 && { command }),
    tty: Tty ?? false,
    labels: Labels ?? {},
    logDriver: HostConfig?.LogConfig?.Type || 'json-file',
    logRotation: rotationOf(HostConfig?.LogConfig?.Config ?? {}),
    logOptions: HostConfig?.LogConfig?.Config ?? {},
    autoRemove: HostConfig?.AutoRemove ?? false,
  }
}

function rotationOf(config: Readonly<Record<string, string>>): LogRotationOptions {
  const { 'max-size': size, 'max-file': files } = config
  return {
    ...(size !== undefined && { maxSizeBytes: toBytes(size) }),
    ...(files !== undefined && { maxFiles: toCount(files) }),
  }
}

/** `10m` and the like, powers of 1024. */
function toBytes(text: string): number {
  const [, amount = '', unit = ''] = /^(\d+) ?([kmg]?)i?b?$/i.exec(text) ?? []
  const exponent = ['', 'k', 'm', 'g'].indexOf(unit.toLowerCase())
  if (amount === '' || Number(amount) === 0) throw new ApiError(400, `invalid size: '${text}'`)
  return Number(amount) * 1024 ** exponent
}

function toCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new ApiError(400, `invalid max-file: '${text}'`)
  return Number(text)
}
