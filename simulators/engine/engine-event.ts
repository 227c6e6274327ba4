import type { ContainerEvent } from '../../reference/ports/index.ts'

/** A container event with all that the engine tells. */
export interface EngineEvent extends ContainerEvent {
  /** The labels, and `image`, `name`, and where they apply `exitCode`, `signal`, `oldName`. */
  readonly attributes: Readonly<Record<string, string>>
  /** Wall time, milliseconds since the epoch, with their fraction. */
  readonly at: number
}
