import type { ApiCall } from '../api-call.ts'
import { ApiError } from '../api-error.ts'
import { LibpodError } from './libpod-error.ts'

/** What `podman inspect` asks for after it found no such container, and there is none of. */

export function inspectImage({ reference }: ApiCall): never {
  throw new LibpodError(404, `failed to find image ${reference}: ${reference}`, 'image not known')
}

export function inspectVolume({ reference }: ApiCall): never {
  throw new LibpodError(404, `volume with name ${reference} not found`, 'no such volume')
}

export function inspectNetwork(): never {
  throw new ApiError(404, 'network not found')
}

export function inspectPod({ reference }: ApiCall): never {
  throw new LibpodError(404, `no pod with name or ID ${reference} found`, 'no such pod')
}
