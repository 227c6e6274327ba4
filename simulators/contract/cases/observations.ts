import { Answer } from '../answer.ts'
import type { Inspection, ListOptions } from '../arm.ts'
import type { Stage } from '../stage.ts'

/** Status and exit code, as `exited 3`. */
export async function stateOf(stage: Stage, reference: string): Promise<unknown> {
  const { Status, ExitCode } = section(await inspectionOf(stage, reference), 'State')
  return `${String(Status)} ${String(ExitCode)}`
}

/** @throws Error when it is refused */
export async function inspectionOf(stage: Stage, reference: string): Promise<Inspection> {
  const found = await stage.arm.inspect(reference)
  if (found instanceof Answer) throw new Error(`Cannot inspect ${reference}: ${found.words}`)
  return found
}

/** An object within an inspection. */
export function section(inspection: Inspection, name: string): Inspection {
  const value = inspection[name]
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** The names of the case's own containers that are listed, in the order they are. */
export async function namesIn(stage: Stage, options: ListOptions): Promise<unknown> {
  const label = [...stage.own.label, ...(options.filters?.['label'] ?? [])]
  const found = await stage.arm.list({ ...options, filters: { ...options.filters, label } })
  return Array.isArray(found) ? found.map(({ name }) => name) : found
}
