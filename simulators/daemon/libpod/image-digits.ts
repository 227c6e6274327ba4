import { imageId } from '../docker/container-json.ts'

/** The id of an image as Podman's own API writes it: without what it is a digest of. */
export function imageDigits(image: string): string {
  return imageId(image).replace(/^sha256:/, '')
}
