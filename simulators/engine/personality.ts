/** How an engine of a certain version behaves where versions differ. Measured on the real ones. */
export interface EnginePersonality {
  readonly version: string
  readonly apiVersion: string
  /** Chance that a follow which ends with its container leaves out the last one or two messages it had not sent yet. */
  readonly omitsLastMessagesChance: number
  /** Chance that a follow sends a log file once more after that file was rotated away. */
  readonly replaysRotatedFileChance: number
  /** Whether `since` is held against each message; otherwise only until one is as new (24.0 on). */
  readonly sinceFiltersEachMessage: boolean
  /** A line longer than this is stored in several messages, bytes. */
  readonly chunkBytes: number
  /** Whether the answer to a wait has an `Error` that is null; otherwise it has none (23.0 on). */
  readonly waitTellsNullError: boolean
}

/** Docker 20.10: left out the last messages in 5 of 12 exits; 93 rewinds in 35 opens with log rotation. */
export const DOCKER_20_10: EnginePersonality = {
  version: '20.10.24',
  apiVersion: '1.41',
  omitsLastMessagesChance: 5 / 12,
  replaysRotatedFileChance: 0.5,
  sinceFiltersEachMessage: true,
  chunkBytes: 16_384,
  waitTellsNullError: true,
}

/** Docker 26: neither. */
export const DOCKER_26: EnginePersonality = {
  version: '26.1.5',
  apiVersion: '1.45',
  omitsLastMessagesChance: 0,
  replaysRotatedFileChance: 0,
  sinceFiltersEachMessage: false,
  chunkBytes: 16_384,
  waitTellsNullError: false,
}

/** By the names they have in scenario files and on the command line. */
export const PERSONALITIES: Readonly<Record<PersonalityName, EnginePersonality>> = {
  '20.10': DOCKER_20_10,
  '26': DOCKER_26,
}

export type PersonalityName = '20.10' | '26'

export const PERSONALITY_NAMES: readonly PersonalityName[] = ['20.10', '26']
