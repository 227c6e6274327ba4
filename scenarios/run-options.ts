import { UsageError } from '../reference/usage-error.ts'
import { ENGINE_NAMES, type EngineName } from './engines/phase-engine.ts'
import { REFERENCE_NAME } from './subjects/reference.ts'

/** The options of `watertight run` as they were typed. */
export interface TypedRunOptions {
  readonly engine: string
  readonly subject: string
  readonly scenario?: string
  readonly compress?: string
  readonly seed: string
  readonly defect?: string
  readonly out?: string
  readonly json?: true
  readonly quiet?: true
}

/** What becomes of the results. */
export interface ReportOptions {
  /** A directory for the report. */
  readonly out: string | null
  readonly json: boolean
  readonly quiet: boolean
}

/** The options as they were typed, checked and complete. */
export interface CheckedRunOptions extends ReportOptions {
  readonly engine: EngineName
  /** A file, or {@link REFERENCE_NAME}. */
  readonly subject: string
  /** A file with what goes wrong during each phase. */
  readonly scenario: string | null
  readonly compress: number
  readonly seed: number
  readonly defect: string | null
}

/** @throws UsageError naming the option, its value and what is allowed. */
export function checkRunOptions(typed: TypedRunOptions): CheckedRunOptions {
  const engine = checkEngine(typed.engine)
  if (typed.subject !== REFERENCE_NAME && engine === 'virtual') {
    throw new UsageError(
      `Cannot run subject ${typed.subject} on the virtual engine: use --engine simulated or docker`,
    )
  }
  if (typed.subject !== REFERENCE_NAME && typed.defect !== undefined) {
    throw new UsageError(`Cannot put defect ${typed.defect} back: use --subject reference`)
  }
  if (typed.scenario !== undefined && engine === 'virtual') {
    throw new UsageError(
      `Cannot play ${typed.scenario} on engine ${engine}: use --engine simulated or docker`,
    )
  }
  return {
    engine,
    subject: typed.subject,
    scenario: typed.scenario ?? null,
    compress: typed.compress === undefined ? DEFAULT_COMPRESS[engine] : checkCompress(typed.compress),
    seed: checkSeed(typed.seed),
    defect: typed.defect ?? null,
    out: typed.out ?? null,
    json: typed.json === true,
    quiet: typed.quiet === true,
  }
}

function checkEngine(name: string): EngineName {
  const engine = ENGINE_NAMES.find((candidate) => candidate === name)
  if (engine !== undefined) return engine
  const allowed = ENGINE_NAMES.map((candidate) => `"${candidate}"`).join(' or ')
  throw new UsageError(`Cannot run on engine "${name}": expected ${allowed}`)
}

function checkCompress(text: string): number {
  const compress = Number(text)
  if (Number.isFinite(compress) && compress >= 1 && compress <= LARGEST_COMPRESS) return compress
  throw new UsageError(`Cannot use --compress ${text}: expected a number from 1 to ${LARGEST_COMPRESS}`)
}

function checkSeed(text: string): number {
  const seed = Number(text)
  if (Number.isSafeInteger(seed) && seed >= 0) return seed
  throw new UsageError(
    `Cannot use --seed ${text}: expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
  )
}

const DEFAULT_COMPRESS: Readonly<Record<EngineName, number>> = { virtual: 1, simulated: 60, docker: 60 }
/** Beyond it a rotation interval is shorter than the pause between rotations. */
const LARGEST_COMPRESS = 1000
