/** By what a container can be named. */
export interface ContainerIdentity {
  readonly id: string
  /** Without the leading slash. */
  readonly name: string
}

/** Whether this id, prefix of an id, or name is of that container. */
export function isNamed(reference: string, { id, name }: ContainerIdentity): boolean {
  return name === reference || id.startsWith(reference)
}
