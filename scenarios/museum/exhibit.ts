import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { parseCheckedYaml } from '../../reference/config/checked-yaml.ts'
import { duration, durationOrZero, oneOf, text } from '../../reference/config/values.ts'
import { scenarioSchema } from '../../simulators/scenario/scenario-schema.ts'
import { WORLD_FAULTS, type Scenario } from '../../simulators/index.ts'
import type { WorldMachine } from './world-machine.ts'

/** What a collector can get wrong: lines that never come, come twice, or were never written; a stop that does not end, handles that stay, an engine that is asked without a pause. */
export const WRONGS = ['loses', 'repeats', 'garbles', 'hangs', 'leaks', 'hammers'] as const
export type Wrong = (typeof WRONGS)[number]

/** A fault that a released collector has had: what brings it out, and what is then wrong. */
export interface Exhibit {
  readonly name: string
  readonly title: string
  /** Where it was reported. */
  readonly seenIn: string
  /** Milliseconds. */
  readonly lastsMs: number
  /** What is done to the collector meanwhile. */
  readonly subject: readonly { readonly atMs: number; readonly do: 'kill' | 'restart' }[]
  /** What is wrong with a collector that has the fault, and nothing else is. */
  readonly fails: readonly Wrong[]
  readonly scenario: Scenario<WorldMachine>
}

const EXHIBIT = z
  .strictObject({
    title: text,
    seen_in: text,
    lasts: duration,
    subject: z.array(z.strictObject({ at: durationOrZero, do: oneOf(['kill', 'restart']) })).default([]),
    fails: z.array(oneOf(WRONGS)).min(1),
    scenario: scenarioSchema<WorldMachine>(WORLD_FAULTS),
  })
  .transform(({ seen_in: seenIn, lasts: lastsMs, subject, ...rest }) => ({
    ...rest,
    seenIn,
    lastsMs,
    subject: subject.map(({ at, do: what }) => ({ atMs: at, do: what })),
  }))

const FOLDER = path.join(import.meta.dirname, 'exhibits')

/** All of them, in the order of their names. @throws UsageError naming file, line and what is allowed */
export function readExhibits(): Exhibit[] {
  return readdirSync(FOLDER)
    .toSorted()
    .map((file) => ({
      name: file.replace(/\.yaml$/, ''),
      ...parseCheckedYaml(readFileSync(path.join(FOLDER, file), 'utf8'), EXHIBIT, { file }).value,
    }))
}
