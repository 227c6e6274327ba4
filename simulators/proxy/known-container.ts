import type { ContainerIdentity } from '../wire/container-identity.ts'

/** What has to be known of a container to know its streams. */
export interface KnownContainer extends ContainerIdentity {
  readonly tty: boolean
}
