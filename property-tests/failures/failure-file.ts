import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { messageOf } from '../../reference/errors.ts'
import { UsageError } from '../../reference/usage-error.ts'
import { PERSONALITY_NAMES } from '../../simulators/index.ts'
import { anyCommand } from '../collector/commands.ts'
import { anyCommandOrCrash } from '../collector/crash-command.ts'
import type { CollectorPropertyOptions } from '../collector.property.ts'

/** The properties whose failures are kept. */
export const PROPERTY_NAMES = ['collector', 'crash'] as const
export type PropertyName = (typeof PROPERTY_NAMES)[number]

/** What a failure is drawn again from, and what it was when it was seen. */
const failureFile: z.ZodType<FailureFile> = z.strictObject({
  schema: z.literal(1),
  property: z.enum(PROPERTY_NAMES),
  seed: z.int(),
  run: z.int().min(0),
  engines: z.array(z.enum(PERSONALITY_NAMES)),
  world: z.record(z.string(), z.unknown()),
  steps: z.array(z.strictObject({ place: z.int().min(0), words: z.string() })),
  failure: z.string(),
  timeline: z.array(z.strictObject({ ms: z.number(), what: z.string() })),
})

/** A failure of a property, in a file. */
export interface FailureFile {
  readonly schema: 1
  readonly property: PropertyName
  /** The case is drawn by these three. */
  readonly seed: number
  readonly run: number
  readonly engines: readonly (typeof PERSONALITY_NAMES)[number][]
  /** The world of the case, for who reads the file. */
  readonly world: Readonly<Record<string, unknown>>
  /** What happens, shrunk: none of it can be left out. By its place in what was drawn, and in words. */
  readonly steps: readonly { readonly place: number; readonly words: string }[]
  readonly failure: string
  /** What happened when, and what the collector logged. Virtual milliseconds. */
  readonly timeline: readonly { readonly ms: number; readonly what: string }[]
}

/** @throws UsageError when it cannot be read, or is no such file */
export function readFailure(path: string): FailureFile {
  try {
    return failureFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error)
    throw new UsageError(`Cannot read the failure in ${path}: ${why}`, { cause: error })
  }
}

/** How the cases of a property are drawn. */
export function optionsOf(
  property: PropertyName,
  { seed, engines }: { readonly seed: number; readonly engines: FailureFile['engines'] },
): CollectorPropertyOptions {
  const command = property === 'crash' ? anyCommandOrCrash() : anyCommand()
  return { seed, engines, command, numRuns: 1 }
}
