import { letterDay } from './letter-day.ts'
import { oddDay } from './odd-day.ts'
import { rareDay } from './rare-day.ts'
import { rotationDay } from './rotation-day.ts'

/** Days on which what happens seldom comes one after the other. Each returns the interesting states that it reached. */
export const DAYS: readonly (() => Promise<ReadonlySet<string>>)[] = [rareDay, oddDay, rotationDay, letterDay]
