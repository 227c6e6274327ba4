import type Docker from 'dockerode'
import { z } from 'zod'

/** What the engine says about itself. Engines tell only in debug mode; `null` otherwise. */
export interface EngineSample {
  readonly engineFds: number | null
  readonly engineTasks: number | null
}

/** Reads `/info`. Both are `null` when the engine does not answer. */
export async function probeEngine(docker: Docker): Promise<EngineSample> {
  try {
    const info = INFO.parse(await docker.info())
    if (info.Debug !== true) return UNKNOWN
    return { engineFds: info.NFd ?? null, engineTasks: info.NGoroutines ?? null }
  } catch {
    return UNKNOWN
  }
}

const INFO = z.object({
  Debug: z.boolean().optional(),
  NFd: z.number().optional(),
  NGoroutines: z.number().optional(),
})
const UNKNOWN: EngineSample = { engineFds: null, engineTasks: null }
