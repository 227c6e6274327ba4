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
  waitTellsNullError: true,
}

/** Docker 26: neither. */
export const DOCKER_26: EnginePersonality = {
  version: '26.1.5',
  apiVersion: '1.45',
  omitsLastMessagesChance: 0,
  replaysRotatedFileChance: 0,
  sinceFiltersEachMessage: false,
  waitTellsNullError: false,
}
